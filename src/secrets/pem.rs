//! PEM private key blocks, also inside one string with `\n` escapes.
//!
//! A header without a believable body (documentation, `...`, a prefix test) is no key.

use memchr::memmem;

use super::words::distinct;

/// Where a private key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PemKey {
    /// First byte of `-----BEGIN`.
    pub start: usize,
    /// After the last dash of the `END` line, or the text's end if that line is missing.
    pub end: usize,
    /// Needs a passphrase (PKCS#8 `ENCRYPTED`, or `Proc-Type: 4,ENCRYPTED`).
    pub encrypted: bool,
}

/// The first private key block with a believable body (RFC 7468, OpenSSH's `PROTOCOL.key`, armour of RFC 9580).
#[must_use]
pub fn pem_private_key(text: &str) -> Option<PemKey> {
    blocks(text).find(|b| b.believable).map(|b| PemKey { start: b.start, end: b.end, encrypted: b.encrypted })
}

pub(super) struct Block {
    pub start: usize,
    pub end: usize,
    encrypted: bool,
    believable: bool,
}

/// Every block that says PRIVATE KEY, believable or not. Linear: a block ends at the next line of dashes.
pub(super) fn blocks(text: &str) -> impl Iterator<Item = Block> + '_ {
    const BEGIN: &str = "-----BEGIN ";
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + memmem::find(&text.as_bytes()[from..], BEGIN.as_bytes())?;
            let label_start = start + BEGIN.len();
            from = label_start;
            let rest = &text.as_bytes()[label_start..];
            let Some(label_length) = rest.iter().take(48).position(|b| !(b.is_ascii_uppercase() || *b == b' ')) else {
                continue;
            };
            let label = &text[label_start..label_start + label_length];
            if !(label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK")) {
                continue;
            }
            let body_start = label_start + label_length;
            let body_start = body_start + rest[label_length..].iter().take_while(|b| **b == b'-').count();
            let body_end =
                memmem::find(&text.as_bytes()[body_start..], b"-----").map_or(text.len(), |n| body_start + n);
            let after = &text[body_end..];
            let end = after
                .strip_prefix("-----END ")
                .map_or(body_end, |label| label.find("-----").map_or(text.len(), |n| body_end + 9 + n + 5));
            let body = &text[body_start..body_end];
            from = body_end.max(from);
            return Some(Block {
                start,
                end,
                encrypted: label.starts_with("ENCRYPTED") || body.contains("4,ENCRYPTED"),
                believable: is_key_body(body),
            });
        }
    })
}

/// 48 bytes (an Ed25519 key in PKCS#8) or more of base64 that begins as keys begin.
fn is_key_body(body: &str) -> bool {
    let body = body.replace("\\r", "").replace("\\n", "\n");
    if body.contains("...") || body.contains('{') || body.contains('<') {
        return false;
    }
    let data: String = body
        .lines()
        .map(|l| l.trim().trim_matches(['"', '\'', '+', ',', '\\', ' ', 'b', 'f', '(', ')']))
        .filter(|l| !l.contains(':'))
        .collect();
    let data: String = data.chars().filter(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c)).collect();
    data.len() >= 60 && distinct(&data) >= 16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(label: &str, newline: &str) -> String {
        let body: String = (0..200u32)
            .map(|i| {
                char::from(
                    b"ABCDEFGHabcdefghKLMNOPQRSTUVWXYZ0123456789+/"
                        [(i.wrapping_mul(2_654_435_761) >> 20) as usize % 44],
                )
            })
            .collect();
        let lines: Vec<&str> = (0..3).map(|i| &body[i * 64..(i + 1) * 64]).collect();
        format!("-----BEGIN {label}-----{newline}MII{}{newline}-----END {label}-----", lines.join(newline))
    }

    #[test]
    fn finds_every_label_and_both_line_ends() {
        for label in [
            "RSA PRIVATE KEY",
            "PRIVATE KEY",
            "EC PRIVATE KEY",
            "OPENSSH PRIVATE KEY",
            "PGP PRIVATE KEY BLOCK",
            "ENCRYPTED PRIVATE KEY",
        ] {
            for newline in ["\n", "\r\n", "\\n", "\\n\"\n    \""] {
                let block = key(label, newline);
                let text = format!("key = \"\"\"{block}\"\"\"");
                let found = pem_private_key(&text).unwrap_or_else(|| panic!("{label} {newline:?}"));
                assert_eq!(&text[found.start..found.end], block);
                assert_eq!(found.encrypted, label.starts_with("ENCRYPTED"));
            }
        }
    }

    #[test]
    fn headers_and_public_keys_are_no_keys() {
        for text in [
            "-----BEGIN PRIVATE KEY-----",
            "starts with -----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----{body}-----END PRIVATE KEY-----",
            "",
        ] {
            assert_eq!(pem_private_key(text), None, "{text}");
        }
        assert_eq!(pem_private_key(&key("PUBLIC KEY", "\n")), None);
        assert_eq!(pem_private_key(&key("CERTIFICATE", "\n")), None);
    }

    #[test]
    fn linear_on_many_headers() {
        assert_eq!(pem_private_key(&"-----BEGIN PRIVATE KEY-----".repeat(40_000)), None);
        assert!(blocks(&"-----BEGIN PRIVATE KEY-----".repeat(40_000)).count() <= 40_000);
    }
}
