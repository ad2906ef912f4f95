//! Names of uploaded files: made harmless, and what they tell.

use deunicode::deunicode;

/// Extensions of files that hold another one: its extension is told with theirs.
const WRAPPERS: [&str; 7] = ["gz", "bz2", "zip", "xz", "7z", "rar", "tgz"];
/// The longest name, in characters.
const MAX_LENGTH: usize = 150;

/// Extensions of files that may be uploaded, unless a portal says otherwise.
///
/// Source: udata 17, `GET /api/1/datasets/extensions/`.
pub const EXTENSIONS: [&str; 64] = [
    "7z", "bz2", "cpg", "csv", "db", "dbf", "doc", "docx", "dwg", "dxf", "ecw", "epub", "geojson", "gif", "gpkg",
    "gpx", "grib2", "gz", "ics", "jp2", "jpe", "jpeg", "jpg", "json", "kml", "kmz", "lyr", "n3", "odg", "odp", "ods",
    "odt", "other", "ovr", "owl", "pdf", "png", "pps", "ppt", "prj", "rar", "rdf", "rtf", "sbn", "sbx", "shp", "shx",
    "sql", "sqlite", "ssim", "svg", "svgz", "tar", "tgz", "tiff", "ttl", "txt", "webp", "xls", "xlsx", "xml", "xsd",
    "xz", "zip",
];

/// The name a file is kept under: ASCII in lower case, every run of anything but letters, digits
/// and dots one `-`.
pub fn harmless(name: &str) -> String {
    let mut made = String::new();
    for character in deunicode(name).chars() {
        if character.is_ascii_alphanumeric() || character == '.' {
            made.push(character.to_ascii_lowercase());
        } else if !made.ends_with('-') {
            made.push('-');
        }
    }
    // The end is kept, for the extension.
    let cut = made.len().saturating_sub(MAX_LENGTH);
    made.get(cut..).unwrap_or(&made).to_owned()
}

/// What comes behind the last dot; none for `.hidden` and `plain`.
pub fn extension(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then_some(extension)
}

/// The format a name tells: its extension, with the one before it where a file is in another one,
/// e.g. `csv.gz`.
pub fn format(name: &str) -> Option<String> {
    let last = extension(name)?;
    let stem = name.strip_suffix(last)?.strip_suffix('.')?;
    match extension(stem).filter(|inner| WRAPPERS.contains(&last) && EXTENSIONS.contains(inner)) {
        Some(inner) => Some(format!("{inner}.{last}")),
        None => Some(last.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_harmless() {
        for (sent, kept) in [
            ("My File (é).CSV", "my-file-e-.csv"),
            ("../../b.csv", "..-..-b.csv"),
            ("a b_c-d.é.xlsx", "a-b-c-d.e.xlsx"),
            ("", ""),
        ] {
            assert_eq!(harmless(sent), kept);
        }
        assert_eq!(harmless(&format!("{}.csv", "x".repeat(999))).rsplit('.').next(), Some("csv"));
        assert_eq!(harmless(&"x".repeat(999)).len(), MAX_LENGTH);
    }

    #[test]
    fn the_format_of_a_wrapped_file_tells_what_is_in_it() {
        let told = |name| format(name);
        assert_eq!(told("a.csv"), Some("csv".into()));
        assert_eq!(told("a.tar.gz"), Some("tar.gz".into()));
        assert_eq!(told("a.csv.zip"), Some("csv.zip".into()));
        assert_eq!(told("a.e.xlsx"), Some("xlsx".into()));
        assert_eq!((told("noext"), told(".csv")), (None, None));
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(EXTENSIONS.is_sorted());
    }
}
