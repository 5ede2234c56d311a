//! A copy that is not whole yet, under a name of its own.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The end of the name. Before it are a dot and [`DIGITS`] hexadecimal digits.
const ENDING: &str = ".unfinished";
const DIGITS: usize = 8;
/// What SQLite may leave beside a file that it was writing.
const JOURNAL: &str = "-journal";

/// A copy that is not whole yet. Dropping it removes it.
pub(super) struct Unfinished {
    pub(super) path: PathBuf,
    /// Locked as long as this process writes the copy: by that another one knows that it
    /// is not abandoned. The system releases it when the process ends, however it does.
    _lock: File,
}

impl Unfinished {
    /// An empty one, in the folder of the copy.
    pub(super) fn beside(copy: &Path) -> io::Result<Self> {
        let mut name = copy.as_os_str().to_owned();
        name.push(format!(".{:08x}{ENDING}", rand::random::<u32>()));
        let path = PathBuf::from(name);
        let lock = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        lock.lock()?;
        Ok(Self { path, _lock: lock })
    }

    /// Removes what killed processes left in the folder of this copy: files with such a
    /// name that no process has locked. What cannot be removed stays.
    pub(super) fn remove_abandoned(copy: &Path) {
        let Ok(entries) = fs::read_dir(folder_of(copy)) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if is_file && is_own_name(&entry.file_name().to_string_lossy()) && is_abandoned(&path) {
                let _ = fs::remove_file(&path);
                let _ = fs::remove_file(journal_of(&path));
            }
        }
    }

    /// Gives it its name. SQLite leaves such a copy to the operating system, so
    /// it is first made sure of on the disk.
    pub(super) fn finish(self, copy: &Path) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        // Unlike a rename, a link never overwrites a file that came meanwhile.
        fs::hard_link(&self.path, copy).or_else(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => Err(e),
            // Some file systems have no links.
            _ if fs::symlink_metadata(copy).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            _ => fs::rename(&self.path, copy),
        })?;
        // The copy is there and whole. Not every file system lets its folder be
        // made sure of too.
        let _ = File::open(folder_of(copy)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(journal_of(&self.path));
    }
}

fn folder_of(copy: &Path) -> &Path {
    let folder = copy.parent().filter(|p| !p.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn journal_of(unfinished: &Path) -> OsString {
    let mut name = unfinished.as_os_str().to_owned();
    name.push(JOURNAL);
    name
}

/// Whether an unfinished copy has such a name.
fn is_own_name(name: &str) -> bool {
    let name = name.strip_suffix(ENDING);
    let digits = name.and_then(|name| name.rsplit_once('.'));
    digits.is_some_and(|(copy, digits)| {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        !copy.is_empty() && digits.len() == DIGITS && digits.bytes().all(is_digit)
    })
}

fn is_abandoned(path: &Path) -> bool {
    let opened = OpenOptions::new().write(true).open(path);
    opened.is_ok_and(|file| file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_the_program_gives_are_its_own() {
        assert!(is_own_name("views.db.0a1b2c3d.unfinished"));
        for other in [
            "views.db.unfinished",
            "views.db.0a1b2c3.unfinished",
            "views.db.0A1B2C3D.unfinished",
            "views.db.0a1b2c3d.unfinished-journal",
            ".0a1b2c3d.unfinished",
            "notes.unfinished",
        ] {
            assert!(!is_own_name(other), "{other}");
        }
    }

    #[test]
    fn what_is_being_written_is_not_removed_and_what_was_abandoned_is() {
        let folder = tempfile::TempDir::new().unwrap();
        let copy = folder.path().join("copy.db");
        let writing = Unfinished::beside(&copy).unwrap();
        let abandoned = folder.path().join("older.db.0a1b2c3d.unfinished");
        fs::write(&abandoned, "a part").unwrap();
        fs::write(journal_of(&abandoned), "a part").unwrap();
        Unfinished::remove_abandoned(&copy);
        assert!(writing.path.exists());
        assert!(!abandoned.exists());
        assert!(!Path::new(&journal_of(&abandoned)).exists());
    }
}
