//! Modules that wait for each other while tests import them: found by link. Page: rules/tests/circular-import.md

use crate::rule::Check;

pub const CHECK: Check = Check::Link;
