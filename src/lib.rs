//! davy
pub mod compile;
pub mod config;
pub mod discover;
pub mod fact;
pub mod finding;
pub mod link;
pub mod manifest;
pub mod page;
pub mod python;
pub mod rule;
pub mod rules;
pub mod secrets;
pub mod text;
pub mod unit;
