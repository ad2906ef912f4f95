//! API keys: how they are made, hashed and told apart.

use base64::{Engine, engine::general_purpose::URL_SAFE};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use basalt_ports::IdSource;

/// Random bytes in a key; 64 characters in URL-safe base64.
const RANDOM_BYTES: usize = 48;
/// Characters of the random part that are shown, to recognise a key by.
const SHOWN: usize = 8;

/// A new plain key: the portal's prefix and 48 random bytes in URL-safe base64.
///
/// Source: udata 17, "API keys" in `behaviour.md`.
pub fn new_key(prefix: &str, ids: &dyn IdSource) -> String {
    let mut bytes = [0_u8; RANDOM_BYTES];
    ids.secret(&mut bytes);
    format!("{prefix}{}", URL_SAFE.encode(bytes))
}

/// What is stored to recognise a key by: the prefix and 8 characters.
pub fn shown_part(prefix: &str, key: &str) -> String {
    key.chars().take(prefix.chars().count() + SHOWN).collect()
}

/// Lower-case hex of HMAC-SHA256 of the whole key.
///
/// Keys are looked up by this hash, so no comparison of secrets depends on how much of them is
/// right; whoever holds the secret compares the hash again in constant time.
pub fn hash(secret: &SecretString, key: &str) -> String {
    use std::fmt::Write as _;
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        // HMAC takes keys of any length.
        return String::new();
    };
    mac.update(key.as_bytes());
    let mut hex = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        // Writing to a String cannot fail.
        let _written = write!(hex, "{byte:02x}");
    }
    hex
}

/// What a key of versions before 16.0.0 says.
#[derive(Debug, Deserialize)]
pub struct LegacyClaims {
    /// Id of the user.
    pub user: String,
}

/// Reads a key of versions before 16.0.0: a compact JWS signed with HS512. `None` if it is none or
/// its signature is not ours.
pub fn legacy_claims(secret_key: &SecretString, key: &str) -> Option<LegacyClaims> {
    if key.matches('.').count() != 2 {
        return None;
    }
    let mut validation = Validation::new(Algorithm::HS512);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let decoding = DecodingKey::from_secret(secret_key.expose_secret().as_bytes());
    jsonwebtoken::decode::<LegacyClaims>(key, &decoding, &validation).ok().map(|token| token.claims)
}

#[cfg(test)]
mod tests {
    use basalt_ports::CountedIds;
    use jsonwebtoken::{EncodingKey, Header};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_hashed_as_udata_hashes_it() {
        // python: hmac.new(b"reference-token-secret", b"udata_abc", "sha256").hexdigest()
        let hash = hash(&SecretString::from("reference-token-secret"), "udata_abc");
        assert_eq!(hash, "41954c2c4e1cc41d79623d40ddc602f44e7e1010636efd7f139f85b51912a0cd");
    }

    #[test]
    fn a_new_key_has_the_prefix_and_64_characters() {
        let key = new_key("udata_", &CountedIds::default());
        assert_eq!(key.len(), 6 + 64);
        assert_eq!(shown_part("udata_", &key).len(), 14);
    }

    #[test]
    fn a_legacy_key_is_read_only_with_its_signature() {
        let secret = SecretString::from("reference-secret-key");
        let header = Header { typ: None, ..Header::new(Algorithm::HS512) };
        let claims = json!({"user": "534fff4ca3a7292c64a77c95", "time": 1_700_000_000.123});
        let sign = |secret: &[u8]| jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap();
        let key = sign(b"reference-secret-key");
        assert_eq!(legacy_claims(&secret, &key).unwrap().user, "534fff4ca3a7292c64a77c95");
        assert!(legacy_claims(&secret, &sign(b"another")).is_none());
        assert!(legacy_claims(&secret, "udata_abc").is_none());
    }
}
