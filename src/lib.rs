//! davy
pub mod fact;
pub mod finding;
pub mod page;
pub mod text;
pub mod unit;
