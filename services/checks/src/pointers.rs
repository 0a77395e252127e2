//! WCO Data Model pointers of the declared elements, as findings cite them. Items count from 1.
//! An element without an agreed pointer has none here; the explanation then names it.

pub const EXPORTER: &str = "42A.57A";
pub const CONSIGNEE: &str = "42A.67A.27A";
pub const INVOICE_TOTAL: &str = "42A.109";
pub const TOTAL_PACKAGES: &str = "42A.146";
pub const CONTAINERS: &str = "42A.67A.28A.31B";

pub fn commodity_code(item: u32) -> Option<String> {
    Some(format!("42A.67A.68A[{item}].23A"))
}

pub fn description(item: u32) -> Option<String> {
    Some(format!("42A.67A.68A[{item}].23A.137"))
}

pub fn net_mass(item: u32) -> Option<String> {
    Some(format!("42A.67A.68A[{item}].65A.128"))
}

pub fn supplementary_quantity(item: u32) -> Option<String> {
    Some(format!("42A.67A.68A[{item}].65A.130"))
}

pub fn packages(item: u32) -> Option<String> {
    Some(format!("42A.67A.68A[{item}].93A.144"))
}

pub fn documents(item: u32) -> Option<String> {
    Some(format!("42A.67A.68A[{item}].02A"))
}

pub fn some(pointer: &str) -> Option<String> {
    Some(pointer.to_owned())
}
