//! Passwords: udata's scheme is verified, argon2id is used for new ones.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha512;
use unicode_normalization::UnicodeNormalization;

use crate::AppError;

/// bcrypt looks at no more than this.
const BCRYPT_BYTES: usize = 72;
/// Cost of udata's hashes.
const BCRYPT_COST: u32 = 12;

/// How a new password is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// argon2id.
    Argon2id,
    /// udata's, where it shares the database: bcrypt of an HMAC.
    Udata,
}

/// Hashes a new password. Takes some tenths of a second of CPU: call it in `spawn_blocking`.
pub fn hash(scheme: Scheme, salt: &SecretString, password: &str, random: &[u8; 16]) -> Result<String, AppError> {
    match scheme {
        Scheme::Argon2id => {
            let normal: String = password.nfkd().collect();
            let hashed: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(normal.as_bytes(), random);
            hashed.map(|hash| hash.to_string()).map_err(|error| AppError::internal(error.to_string()))
        }
        Scheme::Udata => bcrypt::hash_with_salt(seasoned(salt, password), BCRYPT_COST, *random)
            .map(|parts| parts.format_for_version(bcrypt::Version::TwoB))
            .map_err(AppError::internal),
    }
}

/// Is it this password? Takes some tenths of a second of CPU: call it in `spawn_blocking`.
pub fn verify(salt: &SecretString, password: &str, stored: &str) -> bool {
    if stored.starts_with("$argon2") {
        let normal: String = password.nfkd().collect();
        return PasswordHash::new(stored)
            .is_ok_and(|hash| Argon2::default().verify_password(normal.as_bytes(), &hash).is_ok());
    }
    stored.starts_with("$2") && bcrypt::verify(seasoned(salt, password), stored).unwrap_or(false)
}

/// What udata gives bcrypt: base64 of HMAC-SHA512 of the normal form, cut to 72 bytes.
///
/// Source: udata 17, "Passwords" in `behaviour.md`.
fn seasoned(salt: &SecretString, password: &str) -> Vec<u8> {
    let normal: String = password.nfkd().collect();
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(salt.expose_secret().as_bytes()) else { return Vec::new() };
    mac.update(normal.as_bytes());
    let mut text = STANDARD.encode(mac.finalize().into_bytes()).into_bytes();
    text.truncate(BCRYPT_BYTES);
    text
}

/// Is it long and mixed enough? Source: udata 17.
pub fn check_strength(password: &str) -> Result<(), &'static str> {
    if password.chars().count() < 8 {
        return Err("Password must be at least 8 characters");
    }
    let has = |test: fn(char) -> bool| password.chars().any(test);
    if has(char::is_lowercase) && has(char::is_uppercase) && has(|c| c.is_ascii_digit()) {
        Ok(())
    } else {
        Err("Password must contain lower case and upper case letters and a digit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schemes_verify_what_they_hash() {
        let salt = SecretString::from("reference-password-salt");
        for scheme in [Scheme::Argon2id, Scheme::Udata] {
            let stored = hash(scheme, &salt, "Password-123", &[7; 16]).unwrap();
            assert!(verify(&salt, "Password-123", &stored), "{scheme:?}");
            assert!(!verify(&salt, "Password-124", &stored), "{scheme:?}");
        }
    }

    #[test]
    fn a_hash_of_an_unknown_scheme_is_nobodys_password() {
        let salt = SecretString::from("salt");
        assert!(!verify(&salt, "x", "pbkdf2$abc"));
        assert!(!verify(&salt, "", ""));
    }
}
