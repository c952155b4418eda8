//! Page: rules/davy/unused-ignore.md

use crate::rule::Check;

pub const CHECK: Check = Check::Link;
