//! Secrets that nobody set: made at the first start, kept in a file.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use basalt_app::Secrets;
use basalt_ports::IdSource;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{failure::Failure, folders, settings::Auth};

/// Name of the file in the data folder.
const FILE: &str = "secrets.toml";
/// Random bytes of a secret.
const BYTES: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    api_token_secret: SecretString,
    secret_key: SecretString,
    password_salt: SecretString,
}

/// The secrets of the settings; those that are empty come from `secrets.toml` in this folder, which
/// is made where it is missing. Processes that start at once get the same.
pub fn complete(auth: &Auth, folder: &Path, ids: &dyn IdSource) -> Result<Secrets, Failure> {
    let given = [&auth.api_token_secret, &auth.secret_key, &auth.password_salt];
    let (mut api_token, mut secret_key, mut password_salt) =
        (auth.api_token_secret.clone(), auth.secret_key.clone(), auth.password_salt.clone());
    if given.iter().any(|secret| secret.expose_secret().is_empty()) {
        let path = folder.join(FILE);
        let kept = kept(&path, ids).map_err(|failure| Failure::new(format!("{}: {failure}", path.display())))?;
        for (secret, instead) in [
            (&mut api_token, kept.api_token_secret),
            (&mut secret_key, kept.secret_key),
            (&mut password_salt, kept.password_salt),
        ] {
            if secret.expose_secret().is_empty() {
                *secret = instead;
            }
        }
    }
    Ok(Secrets { api_token, api_token_prefix: auth.api_token_prefix.clone(), secret_key, password_salt })
}

fn kept(path: &Path, ids: &dyn IdSource) -> Result<Kept, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(path, ids)?;
            fs::read_to_string(path)?
        }
        Err(error) => return Err(error.into()),
    };
    let file = config::File::from_str(&text, config::FileFormat::Toml);
    let kept: Kept = config::Config::builder().add_source(file).build()?.try_deserialize()?;
    let all = [&kept.api_token_secret, &kept.secret_key, &kept.password_salt];
    if all.iter().any(|secret| secret.expose_secret().is_empty()) {
        return Err(Failure::new("holds an empty secret"));
    }
    Ok(kept)
}

/// Writes the whole file beside its place, then gives it the name: whoever comes second finds the
/// first one's.
fn make(path: &Path, ids: &dyn IdSource) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    folders::make_private(folder)?;
    let beside = path.with_extension(format!("{}.new", hex(ids, 8)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let written = write!(
        file,
        "# Made at the first start. Keys and passwords are worthless without it: keep a copy.\n\
         api_token_secret = \"{}\"\nsecret_key = \"{}\"\npassword_salt = \"{}\"\n",
        hex(ids, BYTES),
        hex(ids, BYTES),
        hex(ids, BYTES)
    );
    let named = written.and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&beside, path));
    fs::remove_file(&beside)?;
    match named {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

/// Random bytes in hexadecimal digits.
pub fn hex(ids: &dyn IdSource, bytes: usize) -> String {
    let mut random = vec![0_u8; bytes];
    ids.secret(&mut random);
    digits(&random)
}

/// Bytes in hexadecimal digits.
pub fn digits(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use basalt_app::system::RandomIds;

    use super::*;

    fn auth(api_token_secret: &str) -> Auth {
        Auth {
            api_token_secret: api_token_secret.into(),
            api_token_prefix: "udata_".into(),
            secret_key: "".into(),
            password_salt: "".into(),
            shared_with_udata: false,
        }
    }

    #[test]
    fn processes_that_start_at_once_agree() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let keys: Vec<String> = std::thread::scope(|scope| {
            let start = || complete(&auth(""), &path, &RandomIds::default()).unwrap();
            let threads: Vec<_> = (0..8).map(|_thread| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap().secret_key.expose_secret().to_owned()).collect()
        });
        assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), 1);
        assert_eq!(keys[0].len(), 64);
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_secret_that_was_set_wins() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = complete(&auth("mine"), folder.path(), &RandomIds::default()).unwrap();
        assert_eq!(secrets.api_token.expose_secret(), "mine");
        assert_eq!(secrets.password_salt.expose_secret().len(), 64);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        complete(&auth(""), folder.path(), &RandomIds::default()).unwrap();
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
