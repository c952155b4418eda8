//! Files that do not parse.

pub mod except_comma;
pub mod syntax_error;
pub mod too_new_syntax;
pub mod uncompilable_code;
pub mod undecodable_source;
