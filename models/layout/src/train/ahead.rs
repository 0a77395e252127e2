//! Steps made ready by threads of the processor while a GPU works on the steps before them.

use super::gradient::Prepared;
use crate::LayoutError;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Pages made ready for one step.
pub type Step = Result<Prepared, LayoutError>;
/// Makes ready the steps that it is told are its own, and sends each on, until sending fails.
type PrepareAll<'a> = dyn Fn(&dyn Fn(usize) -> bool, &dyn Fn(Step) -> bool) + Sync + 'a;

/// Runs `work`, which receives the steps from `first` on, each once and in order. `prepare_all` makes the steps ready
/// that are its own and sends them on, until sending fails because `work` has ended. Each of `threads` threads has
/// every so manieth step, and is at most one of its steps ahead: memory stays bounded.
pub fn prepared<R>(
    threads: usize,
    first: usize,
    prepare_all: &PrepareAll<'_>,
    work: impl FnOnce(&mut dyn FnMut(usize) -> Result<Step, LayoutError>) -> R,
) -> R {
    let threads = threads.max(1);
    let (senders, receivers): (Vec<SyncSender<Step>>, Vec<Receiver<Step>>) =
        (0..threads).map(|_| sync_channel(1)).unzip();
    std::thread::scope(|scope| {
        for (index, sender) in senders.into_iter().enumerate() {
            scope.spawn(move || {
                let mine = |step: usize| (step - first) % threads == index;
                prepare_all(&mine, &|step| sender.send(step).is_ok());
            });
        }
        // Taken into the closure, so that its end tells the threads to end.
        let receivers = receivers;
        work(&mut |step| {
            let receiver = &receivers[(step - first) % threads];
            receiver.recv().map_err(|_| LayoutError::Ended)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_each_once_and_in_order_and_the_threads_end_with_the_work() {
        let prepare_all = |mine: &dyn Fn(usize) -> bool, send: &dyn Fn(Step) -> bool| {
            let all = (5..).filter(|step| mine(*step));
            // An endless supply: only the end of the work ends it.
            let _ = all
                .map(|step| send(Err(LayoutError::NoPages(step.to_string()))))
                .find(|sent| !sent);
        };
        let got = prepared(3, 5, &prepare_all, |receive| {
            let step = |step| match receive(step) {
                Ok(Err(error)) => error.to_string(),
                _ => String::new(),
            };
            (5..25).map(step).collect::<Vec<_>>()
        });
        let expected: Vec<String> = (5..25).map(|n| format!("no training pages: {n}")).collect();
        assert_eq!(got, expected);
    }
}
