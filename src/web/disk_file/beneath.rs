//! Opens a file below a folder without following a symbolic link on the way, so that no
//! link that somebody put there leads out of it.
//!
//! Each folder is opened in the one before it: a check of the path beforehand would say
//! nothing of what the path leads to a moment later.

use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::Errno,
};
use std::{
    fs::File,
    io,
    path::{Component, Path},
};

/// Opens the file at this relative path below `root`. Blocks, but not for what is no file
/// and has no other side, such as a pipe.
///
/// # Errors
/// `NotFound` if there is no such file, or a symbolic link on the way to it; `root` itself
/// may be one. And whatever else keeps it from being opened.
pub(super) fn open_beneath(root: &Path, path: &Path) -> io::Result<File> {
    let folder_flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let file_flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let mut folder = openat(CWD, root, folder_flags, Mode::empty())?;
    let mut components = path.components().peekable();
    while let Some(component) = components.next() {
        let Component::Normal(name) = component else {
            break;
        };
        let is_last = components.peek().is_none();
        let flags = if is_last { file_flags } else { folder_flags };
        let opened = openat(&folder, name, flags | OFlags::NOFOLLOW, Mode::empty());
        let opened = opened.map_err(without_link)?;
        if is_last {
            return Ok(opened.into());
        }
        folder = opened;
    }
    Err(io::ErrorKind::NotFound.into())
}

/// A link is nothing: POSIX says ELOOP of one, and FreeBSD EMLINK.
fn without_link(error: Errno) -> io::Error {
    match error {
        Errno::LOOP | Errno::MLINK => io::ErrorKind::NotFound.into(),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, io::Read, os::unix::fs::symlink};

    fn text_of(root: &Path, path: &str) -> io::Result<String> {
        let mut text = String::new();
        open_beneath(root, path.as_ref())?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn a_file_is_opened_and_no_link_is_followed_on_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("root/a/b")).unwrap();
        fs::create_dir(at("outside")).unwrap();
        fs::write(at("root/a/b/file"), "inside").unwrap();
        fs::write(at("outside/file"), "outside").unwrap();
        symlink(at("outside/file"), at("root/a/link")).unwrap();
        symlink(at("outside"), at("root/folder")).unwrap();
        symlink(at("root/a"), at("root/same")).unwrap();
        let root = at("root");
        assert_eq!(text_of(&root, "a/b/file").unwrap(), "inside");
        for path in [
            "a/link",
            "folder/file",
            "same/b/file",
            "../outside/file",
            "/etc/passwd",
            "a/../../outside/file",
            "a/none",
            "a/b/file/more",
            "",
        ] {
            assert!(text_of(&root, path).is_err(), "{path}");
        }
        // A link to the folder itself is the owner's.
        symlink(&root, at("root-link")).unwrap();
        assert_eq!(text_of(&at("root-link"), "a/b/file").unwrap(), "inside");
    }

    #[test]
    fn a_folder_that_became_a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("root/a")).unwrap();
        fs::create_dir(at("outside")).unwrap();
        for file in ["root/a/file", "outside/file"] {
            fs::write(at(file), file).unwrap();
        }
        assert_eq!(text_of(&at("root"), "a/file").unwrap(), "root/a/file");
        fs::remove_dir_all(at("root/a")).unwrap();
        symlink(at("outside"), at("root/a")).unwrap();
        assert!(text_of(&at("root"), "a/file").is_err());
    }
}
