//! Page: rules/davy/expired-ignore.md

use crate::rule::Check;

pub const CHECK: Check = Check::Link;
