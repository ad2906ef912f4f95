//! The layers of settings: built-in defaults, a file, the environment.

use std::{collections::BTreeMap, ffi::OsString, fmt, path::Path};

use config::{Config, FileFormat};
use serde_json::Value;

use super::Settings;

/// The first layer, and the list of all settings there are.
const DEFAULTS: &str = include_str!("../../../../deploy/default.toml");
/// What names of our variables begin with.
const PREFIX: &str = "BASALT__";

/// Everything that is wrong with the settings, at once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("a setting is wrong:")?,
            count => write!(f, "{count} settings are wrong:")?,
        }
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for Faults {}

/// A value that overrides a default, and where it was given.
struct Given {
    value: config::Value,
    origin: String,
}

/// Reads all layers; the later wins. Error: every fault that can be found without connecting.
pub fn load(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Settings, Faults> {
    let mut faults = Vec::new();
    let known = match known_settings() {
        Ok(known) => known,
        Err(error) => return Err(Faults(vec![format!("built-in defaults: {error}")])),
    };
    let mut given = BTreeMap::new();
    if let Some(path) = file {
        match file_settings(path) {
            Ok(found) => {
                let origin = path.display().to_string();
                given.extend(found.into_iter().map(|(name, value)| (name, Given { value, origin: origin.clone() })));
            }
            Err(error) => faults.push(format!("{}: {error}", path.display())),
        }
    }
    for (variable, value) in environment {
        let Some(rest) = variable.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let (name, origin) = (rest.to_lowercase().replace("__", "."), format!("{PREFIX}{rest}"));
        let Ok(text) = value.into_string() else {
            faults.push(format!("{name} ({origin}): is not text"));
            continue;
        };
        let value = if known.get(&name).is_some_and(Value::is_array) { list(&text) } else { text.into() };
        given.insert(name, Given { value, origin });
    }
    given.retain(|name, Given { origin, .. }| {
        let is_known = known.contains_key(name);
        if !is_known {
            faults.push(format!("{name} ({origin}): there is no such setting"));
        }
        is_known
    });
    match merged(&given) {
        Ok(settings) if faults.is_empty() => {
            let more = settings.faults();
            if more.is_empty() { Ok(settings) } else { Err(Faults(with_origins(more, &given))) }
        }
        Ok(settings) => {
            faults.extend(with_origins(settings.faults(), &given));
            Err(Faults(faults))
        }
        Err(_first) => {
            faults.extend(wrong_types(given));
            Err(Faults(faults))
        }
    }
}

/// Names of all settings, with their defaults.
fn known_settings() -> Result<BTreeMap<String, Value>, config::ConfigError> {
    let defaults = Config::builder().add_source(config::File::from_str(DEFAULTS, FileFormat::Toml)).build()?;
    let mut known = BTreeMap::new();
    flatten("", defaults.try_deserialize()?, &mut known);
    Ok(known)
}

fn file_settings(path: &Path) -> Result<Vec<(String, config::Value)>, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(path)?;
    let file = Config::builder().add_source(config::File::from_str(&text, FileFormat::Toml)).build()?;
    let mut found = BTreeMap::new();
    flatten("", file.try_deserialize()?, &mut found);
    found.into_iter().map(|(name, value)| Ok((name, serde_json::from_value(value)?))).collect()
}

fn flatten(prefix: &str, value: Value, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(table) => {
            for (name, value) in table {
                let name = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
                flatten(&name, value, into);
            }
        }
        value => {
            into.insert(prefix.to_owned(), value);
        }
    }
}

fn list(text: &str) -> config::Value {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| config::Value::from(item.to_owned())).collect::<Vec<_>>().into()
}

fn merged<'a>(given: impl IntoIterator<Item = (&'a String, &'a Given)>) -> Result<Settings, config::ConfigError> {
    let mut builder = Config::builder().add_source(config::File::from_str(DEFAULTS, FileFormat::Toml));
    for (name, Given { value, .. }) in given {
        builder = builder.set_override(name, value.clone())?;
    }
    builder.build()?.try_deserialize()
}

/// Which of the given values cannot be what the setting needs: each is tried alone over the defaults.
fn wrong_types(given: BTreeMap<String, Given>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut good = BTreeMap::new();
    for (name, given) in given {
        match merged([(&name, &given)]) {
            Ok(_settings) => {
                good.insert(name, given);
            }
            Err(error) => faults.push(format!("{name} ({}): {}", given.origin, plain(&error))),
        }
    }
    if let Ok(settings) = merged(&good) {
        faults.extend(with_origins(settings.faults(), &good));
    }
    faults
}

/// What is wrong, without the value, which may be a secret, and without what we say ourselves.
fn plain(error: &config::ConfigError) -> String {
    let text = error.to_string();
    let text = text.split(" for key ").next().unwrap_or(&text);
    if text.contains("does not have variant constructor") {
        return "is not one of its values".to_owned();
    }
    let Some((_invalid, expected)) = text.rsplit_once(", expected ") else { return text.to_owned() };
    format!("must be {expected}")
}

/// Says of each fault where the value was given.
fn with_origins(faults: Vec<String>, given: &BTreeMap<String, Given>) -> Vec<String> {
    let add = |fault: String| {
        let Some((name, why)) = fault.split_once(": ") else { return fault };
        given.get(name).map_or_else(|| fault.clone(), |Given { origin, .. }| format!("{name} ({origin}): {why}"))
    };
    faults.into_iter().map(add).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use secrecy::ExposeSecret;

    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    #[test]
    fn the_defaults_are_settings() {
        let settings = load(None, []).unwrap();
        assert_eq!(settings.http.bind, "127.0.0.1:7000");
        assert!(settings.feed.inline);
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("basalt.toml");
        fs::write(&path, "[http]\nbind = \"127.0.0.1:1\"\nmax_page_size = 7\n").unwrap();
        let settings = load(
            Some(&path),
            environment(&[
                ("BASALT__HTTP__BIND", "127.0.0.1:2"),
                ("BASALT__HTTP__TRUSTED_PROXIES", "10.0.0.1, ::1"),
                ("BASALT__HTTP__COMPRESS", "false"),
                ("BASALT__AUTH__SECRET_KEY", "0123"),
                ("BASALT_TEST_OTHER", "ignored"),
            ]),
        )
        .unwrap();
        assert_eq!((settings.http.bind.as_str(), settings.http.max_page_size), ("127.0.0.1:2", 7));
        assert_eq!(settings.http.trusted_proxies.len(), 2);
        assert!(!settings.http.compress);
        assert_eq!(settings.auth.secret_key.expose_secret(), "0123", "not read as a number");
    }

    #[test]
    fn all_faults_are_told_at_once_without_the_values() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("basalt.toml");
        fs::write(&path, "[http]\nworkers = \"SECRET\"\nbnid = 1\n[log]\nformat = \"xml\"\n").unwrap();
        let faults = load(
            Some(&path),
            environment(&[
                ("BASALT__STORAGE__URL", "oracle://me:SECRET@host/db"),
                ("BASALT__HTTP__MAX_PAGE_SIZE", "0"),
                ("BASALT__NO__SUCH", "1"),
            ]),
        )
        .unwrap_err();
        let text = faults.to_string();
        for part in ["http.workers", "http.bnid", "log.format", "storage.url (BASALT__STORAGE__URL)", "no.such"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.contains("http.max_page_size (BASALT__HTTP__MAX_PAGE_SIZE)"), "{text}");
        assert!(!text.contains("SECRET"), "{text}");
        assert_eq!(faults.0.len(), 6, "{text}");
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let faults = load(Some(Path::new("/nowhere/basalt.toml")), []).unwrap_err();
        assert!(faults.to_string().contains("/nowhere/basalt.toml"), "{faults}");
    }
}
