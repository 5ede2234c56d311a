//! Which file a path leads to at a moment.
//!
//! Only metadata is read. Opening and closing the file itself would release SQLite's
//! locks on it, because POSIX locks belong to a process and not to a descriptor.

use std::{
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// A file's device and inode: the same as long as it is the same file, whatever its
/// path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

/// Changes with every write to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileStamp {
    bytes: u64,
    /// The time of the last change of status, in seconds and nanoseconds.
    changed: (i64, i64),
}

/// What the paths of a database lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FilesSeen {
    /// The database itself; `None` if nothing is there.
    pub(super) main: Option<(FileId, FileStamp)>,
    /// The write-ahead log and its shared index.
    pub(super) journal: [Option<FileId>; 2],
}

/// The paths of a database.
#[derive(Clone, Debug)]
pub(super) struct DatabasePath {
    /// As it was named, from the root on.
    pub(super) main: PathBuf,
    /// SQLite names these two after the file that a symbolic link leads to.
    pub(super) journal: [PathBuf; 2],
}

impl FileId {
    fn from_metadata(of: &Metadata) -> Self {
        Self {
            device: of.dev(),
            inode: of.ino(),
        }
    }

    /// The file at this path; `None` if there is none.
    pub(super) fn at(path: &Path) -> io::Result<Option<Self>> {
        Ok(metadata(path)?.as_ref().map(Self::from_metadata))
    }
}

impl DatabasePath {
    /// The paths of a database that exists.
    pub(super) fn from_existing(file: &Path) -> io::Result<Self> {
        let real = fs::canonicalize(file)?;
        let beside = |ending: &str| {
            let mut name = real.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        Ok(Self {
            main: std::path::absolute(file)?,
            journal: [beside("-wal"), beside("-shm")],
        })
    }

    /// What is there now.
    pub(super) fn look(&self) -> io::Result<FilesSeen> {
        let main = metadata(&self.main)?.map(|of| {
            let stamp = FileStamp {
                bytes: of.size(),
                changed: (of.ctime(), of.ctime_nsec()),
            };
            (FileId::from_metadata(&of), stamp)
        });
        let [wal, shm] = &self.journal;
        Ok(FilesSeen {
            main,
            journal: [FileId::at(wal)?, FileId::at(shm)?],
        })
    }
}

fn metadata(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::metadata(path) {
        Ok(of) => Ok(Some(of)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        // A folder of the path was replaced by a file.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(error),
    }
}
