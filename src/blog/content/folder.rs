//! Where the content is read from: a folder of files.
//!
//! It may not know what the files say.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::media::Media;

/// A content folder.
pub(crate) trait Folder {
    /// What messages call it.
    fn name(&self) -> &Path;

    /// Whether it is there at all.
    fn exists(&self) -> bool;

    /// The bytes of one of its files. Blocks.
    ///
    /// # Errors
    /// `NotFound` if there is none of this name, and whatever else keeps it from
    /// being read: also that it is a symbolic link out of the folder.
    fn read(&self, file: &Path) -> io::Result<Vec<u8>>;

    /// The names in its folder `posts`, in any order; none if it has no such folder.
    ///
    /// # Errors
    /// If the folder cannot be read.
    fn posts(&self) -> io::Result<Vec<PathBuf>>;

    /// Its files that may be fetched.
    ///
    /// # Errors
    /// If a folder cannot be read.
    fn media(&self) -> io::Result<Media>;
}

/// A folder on disk.
impl Folder for Path {
    fn name(&self) -> &Path {
        self
    }

    fn exists(&self) -> bool {
        self.is_dir()
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let path = self.join(file);
        // A link is the owner's to make, but where posts come from others, one of theirs
        // must not publish a file of the machine.
        let target = path.canonicalize()?;
        if !target.starts_with(self.canonicalize()?) {
            return Err(io::Error::other(format!(
                "it is a symbolic link to {}, outside of the content folder; copy that file \
                 to this place",
                target.display()
            )));
        }
        fs::read(target)
    }

    fn posts(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(self.join("posts")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let name = |entry: io::Result<fs::DirEntry>| Ok(PathBuf::from(entry?.file_name()));
        entries.map(name).collect()
    }

    fn media(&self) -> io::Result<Media> {
        Media::index(self)
    }
}
