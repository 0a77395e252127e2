//! What Linux says about this process: memory, and the CPU time of its finished children.
#![allow(dead_code, reason = "each benchmark uses its part")]

use std::time::Duration;

/// Linux reports times in `/proc` in hundredths of a second on every architecture.
const TICKS_PER_SECOND: u64 = 100;

/// Largest resident memory so far, MiB; 0 if the system does not tell.
pub fn peak_memory_mib() -> u64 {
    status_kib("VmHWM:") / 1024
}

/// Resident memory now, MiB; 0 if the system does not tell.
pub fn resident_memory_mib() -> f64 {
    status_kib("VmRSS:") as f64 / 1024.0
}

fn status_kib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0)
}

/// User and system time of all children that have ended.
pub fn children_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold spaces; cutime and cstime are fields 16 and 17 of proc(5).
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let field = |number: usize| {
        after_name
            .split(' ')
            .nth(number - 3)
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Duration::from_millis((field(16) + field(17)) * 1000 / TICKS_PER_SECOND)
}
