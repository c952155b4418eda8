//! Reaching into private names.

pub mod private_attribute;
