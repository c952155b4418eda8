//! What can be checked of a token without a network: checksums, and structure that must decode.
//!
//! A failed checksum means "shape only", never silence; a failed structure means that it was no such token at all.

use schemars::JsonSchema;
use serde::Deserialize;

/// What a token's own checksum says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// The provider made it: nobody hits 32 bits by chance.
    Right,
    /// Right shape, wrong checksum: invented, shortened or edited.
    Wrong,
    /// The format has none.
    None,
}

/// Which checksum a format carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChecksumKind {
    /// None that is documented.
    #[default]
    None,
    /// CRC-32 of the 30 characters after the prefix, base62, six characters, at the end
    /// (github.blog 2021-04-05; npm took it over, github.blog 2021-09-23).
    GithubCrc32,
    /// Bech32 (BIP 173) over the whole string, as age keys carry it (C2SP age).
    Bech32,
}

/// What must decode for a match to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Structure {
    /// Nothing.
    #[default]
    None,
    /// Macaroon of version 2: bytes 02 01, a length, then the host of the index (its documentation on API tokens, warehouse).
    PypiMacaroon,
    /// The part before the first dot is base64url JSON with an `alg` (RFC 7515).
    Jwt,
    /// Base64 of printable `user:password` (RFC 7617).
    BasicAuth,
    /// The part before the first dot is base64 of a number of 17 to 20 digits (discord.com/developers, snowflakes).
    DiscordId,
    /// Base64 that begins with `BedrockAPIKey-` after the prefix `ABSK`.
    Bedrock,
    /// At least one digit, one lower-case and one upper-case letter.
    Mixed,
}

/// Whether a token is signed for everybody: the payload of a project's key says `"role": "anon"` (supabase.com/docs, API keys).
pub(super) fn is_anonymous(structure: Structure, token: &str) -> bool {
    let payload = |token: &str| base64(token.split('.').nth(1)?, 1024);
    structure == Structure::Jwt
        && payload(token).is_some_and(|payload| {
            let text = String::from_utf8_lossy(&payload).replace(' ', "");
            text.contains(r#""role":"anon""#)
        })
}

/// Verifies the checksum of a token.
pub(super) fn verify(kind: ChecksumKind, token: &str) -> Checksum {
    let right = match kind {
        ChecksumKind::None => return Checksum::None,
        ChecksumKind::GithubCrc32 => github_crc32(token),
        ChecksumKind::Bech32 => bech32(token),
    };
    if right { Checksum::Right } else { Checksum::Wrong }
}

/// Whether a token decodes to what its format says.
pub(super) fn decodes(structure: Structure, token: &str) -> bool {
    match structure {
        Structure::None => true,
        Structure::PypiMacaroon => token.strip_prefix("pypi-").and_then(|rest| base64(rest, 48)).is_some_and(|b| {
            b.len() > 12 && b.starts_with(&[2, 1]) && b.get(3..3 + usize::from(b[2])).is_some_and(is_index)
        }),
        Structure::Jwt => token
            .split('.')
            .next()
            .and_then(|head| base64(head, 4096))
            .is_some_and(|b| b.starts_with(b"{") && memchr::memmem::find(&b, b"\"alg\"").is_some()),
        Structure::BasicAuth => token.split_whitespace().last().and_then(|data| base64(data, 1024)).is_some_and(|b| {
            b.iter().all(|c| c.is_ascii_graphic() || *c == b' ')
                && b.iter().position(|c| *c == b':').is_some_and(|at| at > 0 && at + 1 < b.len())
        }),
        Structure::DiscordId => token
            .split('.')
            .next()
            .and_then(|id| base64(id, 64))
            .is_some_and(|b| (17..=20).contains(&b.len()) && b.iter().all(u8::is_ascii_digit)),
        Structure::Bedrock => token
            .strip_prefix("ABSK")
            .and_then(|rest| base64(rest, 32))
            .is_some_and(|b| b.starts_with(b"BedrockAPIKey-")),
        Structure::Mixed => {
            let any = |test: fn(&u8) -> bool| token.bytes().any(|b| test(&b));
            any(u8::is_ascii_digit) && any(u8::is_ascii_lowercase) && any(u8::is_ascii_uppercase)
        }
    }
}

/// The 12-digit account that an AWS key id carries: base32 of the 16 characters after the prefix, bits 1 to 40
/// (awsteele.com 2020-09-26). Ids made before 2019 carry none and give `None` or noise.
#[must_use]
pub fn aws_account(key_id: &str) -> Option<u64> {
    let payload = key_id.get(4..20).filter(|_| key_id.len() == 20)?;
    let mut bits: u64 = 0;
    for byte in payload.bytes().take(10) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5) | u64::from(digit);
    }
    // 50 bits read: drop the first, keep 40, drop the last nine.
    let account = (bits >> 9) & ((1 << 40) - 1);
    (account <= 999_999_999_999).then_some(account)
}

fn github_crc32(token: &str) -> bool {
    let Some(at) = token.len().checked_sub(36).filter(|at| token.is_char_boundary(*at)) else {
        return false;
    };
    let (payload, sum) = token[at..].split_at(30);
    let mut value = crc32(payload.as_bytes());
    let mut expected = [b'0'; 6];
    for place in expected.iter_mut().rev() {
        *place = BASE62[(value % 62) as usize];
        value /= 62;
    }
    sum.as_bytes() == expected
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// CRC-32 (IEEE 802.3), bit by bit: thirty bytes need no table.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

fn bech32(token: &str) -> bool {
    const CHARSET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let lower = token.to_ascii_lowercase();
    let Some((prefix, data)) = lower.rsplit_once('1') else {
        return false;
    };
    let values: Option<Vec<u32>> =
        data.bytes().map(|b| CHARSET.iter().position(|c| *c == b).and_then(|p| u32::try_from(p).ok())).collect();
    let Some(values) = values else { return false };
    let high = prefix.bytes().map(|b| u32::from(b >> 5));
    let low = prefix.bytes().map(|b| u32::from(b & 31));
    let all = high.chain([0]).chain(low).chain(values);
    let sum = all.fold(1u32, |sum, value| {
        let top = sum >> 25;
        let next = ((sum & 0x01ff_ffff) << 5) ^ value;
        GENERATOR.iter().enumerate().filter(|(i, _)| (top >> i) & 1 == 1).fold(next, |s, (_, g)| s ^ g)
    });
    sum == 1
}

/// Decodes base64 or base64url, padded or not; reads at most `limit` characters.
pub(super) fn base64(text: &str, limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.bytes().take(limit) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

/// Whether a host name is that of the Python package index, or of its test instance.
fn is_index(host: &[u8]) -> bool {
    let mut labels = host.rsplit(|byte| *byte == b'.');
    labels.next() == Some(b"org") && labels.next() == Some(b"pypi")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn github_checksums() {
        let payload = "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8cF0";
        let mut value = crc32(payload.as_bytes());
        let mut sum = Vec::new();
        for _ in 0..6 {
            sum.insert(0, BASE62[(value % 62) as usize]);
            value /= 62;
        }
        let sum = String::from_utf8(sum).unwrap();
        for prefix in ["ghp", "gho", "npm"] {
            assert_eq!(verify(ChecksumKind::GithubCrc32, &format!("{prefix}_{payload}{sum}")), Checksum::Right);
            assert_eq!(verify(ChecksumKind::GithubCrc32, &format!("{prefix}_{payload}000000")), Checksum::Wrong);
        }
        assert_eq!(verify(ChecksumKind::GithubCrc32, "short"), Checksum::Wrong);
        assert_eq!(verify(ChecksumKind::None, "anything"), Checksum::None);
    }

    #[test]
    fn aws_accounts() {
        // The published example of the fact sheet, and AWS's own documentation id (made without an account).
        assert_eq!(aws_account(&["ASIA", "Y34FZKBOKMUTVV7A"].concat()), Some(609_629_065_308));
        assert_eq!(aws_account("AKIA0000000000000000"), None);
        assert_eq!(aws_account(""), None);
        assert_eq!(aws_account("ÄÄÄÄÄÄÄÄÄÄ"), None);
    }

    #[test]
    fn bech32_vectors() {
        // BIP 173, valid and invalid.
        for valid in [
            "A12UEL5L",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
        ] {
            assert!(bech32(valid), "{valid}");
        }
        for invalid in ["A12UEL5M", "nodata", "1", "x1b4n0q5v"] {
            assert!(!bech32(invalid), "{invalid}");
        }
    }

    #[test]
    fn structures() {
        assert!(decodes(Structure::BasicAuth, &["Basic YWxpY2U6", "d29uZGVyMQ=="].concat()));
        assert!(!decodes(Structure::BasicAuth, "Basic authentication"));
        assert!(!decodes(Structure::BasicAuth, "Basic YWxpY2U="));
        assert!(decodes(Structure::Jwt, "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.x"));
        assert!(!decodes(Structure::Jwt, "eyJhIjoxfQ.eyJhIjoxfQ.x"));
        assert!(decodes(Structure::DiscordId, "MTIzNDU2Nzg5MDEyMzQ1Njc4.x.y"));
        assert!(!decodes(Structure::DiscordId, "MTIzNDU2.x.y"));
        assert!(decodes(Structure::PypiMacaroon, &["pypi-AgEI", "cHlwaS5vcmcCJDAwMDA"].concat()));
        assert!(!decodes(Structure::PypiMacaroon, "pypi-AgEIAAAAAAAAAAAAAAAAAAA"));
        assert!(decodes(Structure::Mixed, "aB3") && !decodes(Structure::Mixed, "ab3"));
    }
}
