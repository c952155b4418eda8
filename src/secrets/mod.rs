//! What davy knows about secrets in text: names, values, provider formats, URLs, PEM blocks.
//!
//! Pure functions on `&str`. Knows nothing of Python, files or configuration, and never copies a value it looked at
//! into anything it returns: results are kinds and spans.

mod checksum;
mod embedded;
mod format;
mod formats;
mod known;
mod likelihood;
mod mask;
mod name;
mod pem;
mod shape;
mod url;
mod value;
mod vocabulary;
mod words;

pub use checksum::{Checksum, ChecksumKind, Structure, aws_account};
pub use embedded::{Assignment, assignments, may_assign};
pub use format::{Format, FormatError, Grade};
pub use formats::{Formats, Hit};
pub use known::{Known, known};
pub use likelihood::{Judgement, Likelihood, judge};
pub use mask::mask_lexically;
pub use name::{NameClass, classify_name, may_hold, may_name};
pub use pem::{PemKey, pem_private_key};
pub use url::{Host, UrlInfo, dsn_password, url_password, url_passwords};
pub use value::{Harmless, harmless};
pub use vocabulary::is_weak as is_weak_password;
pub use words::words;
