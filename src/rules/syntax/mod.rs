//! Files that do not parse.

pub mod syntax_error;
pub mod undecodable_source;
