//! davy's own comments. `link` judges them, because only it knows what they silence.

pub mod expired_ignore;
pub mod unknown_ignore;
pub mod unused_ignore;
