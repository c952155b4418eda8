//! What several test files share.

pub mod cases;
pub mod oracle;
pub mod project;
pub mod repository;
