//! Folders of the portal's own data.

use std::{fs::DirBuilder, io, path::Path};

/// Makes a folder, and those it is in, that nobody else may look into: it holds addresses and hashes
/// of passwords. One that exists stays as it is.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_of_data_is_closed_to_others() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("data/files");
        make_private(&folder).unwrap();
        make_private(&folder).unwrap();
        for made in [place.path().join("data"), folder] {
            assert_eq!(made.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}
