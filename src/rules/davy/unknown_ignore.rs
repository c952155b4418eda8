//! Page: rules/davy/unknown-ignore.md

use crate::rule::Check;

pub const CHECK: Check = Check::Link;
