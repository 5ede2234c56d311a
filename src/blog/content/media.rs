//! The files beside the posts that anyone may fetch under `/media/`: images,
//! video, sound, PDF.
//!
//! A list made once, at start-up: a path that a request names is looked up, never
//! put together, so no request reaches a file that is not in the list.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::web::{
    disk_file::{DiskFile, Links},
    held_file::HeldFile,
};

/// What may be fetched, by extension, and as what.
const CONTENT_TYPES: &[(&str, &str)] = &[
    ("avif", "image/avif"),
    ("gif", "image/gif"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("m4a", "audio/mp4"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("vtt", "text/vtt"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
];

/// A file that may be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    /// Where its bytes are.
    pub bytes: MediaBytes,
    /// The value of its `Content-Type` header.
    pub content_type: &'static str,
}

/// Where the bytes of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaBytes {
    /// On disk, at a path that had no symbolic link in it when the program started, and
    /// must have none when it is read.
    OnDisk(DiskFile),
    /// In memory.
    Held(Arc<HeldFile>),
}

/// All files of a content folder that may be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    files: BTreeMap<String, MediaFile>,
}

impl Media {
    /// Lists the files below `folder`: those with a known extension, none whose
    /// name or folder begins with a dot, none that a symbolic link fetches from
    /// outside. Links to folders are not followed. Fails when a folder cannot be
    /// read.
    pub(crate) fn index(folder: &Path) -> io::Result<Self> {
        let mut media = Self::default();
        let root: Arc<Path> = folder.canonicalize()?.into();
        let mut folders = vec![(root.to_path_buf(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let name = entry.file_name();
                // A name that is not Unicode has no address.
                let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
                    continue;
                };
                let address = format!("{prefix}{name}");
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    folders.push((entry.path(), format!("{address}/")));
                } else if kind.is_file() {
                    media.add(address, &root, &entry.path());
                } else if let Some(target) = linked_file(&entry.path(), &root) {
                    media.add(address, &root, &target);
                }
            }
        }
        Ok(media)
    }

    /// Those of these files that have a known extension, by their path in the folder.
    #[cfg(feature = "embed")]
    pub(crate) fn held(files: impl Iterator<Item = (String, HeldFile)>) -> Self {
        let files = files.filter_map(|(address, file)| {
            let content_type = content_type(Path::new(&address))?;
            let bytes = MediaBytes::Held(file.into());
            let file = MediaFile {
                bytes,
                content_type,
            };
            Some((address, file))
        });
        Self {
            files: files.collect(),
        }
    }

    fn add(&mut self, address: String, root: &Arc<Path>, path: &Path) {
        // Of a link, both names count: `diagram.png` may not stand for `site.toml`.
        if content_type(path).is_some()
            && let Some(content_type) = content_type(Path::new(&address))
            && let Ok(path) = path.strip_prefix(root)
        {
            let file = DiskFile::new(Arc::clone(root), path.to_owned(), Links::Refuse);
            let bytes = MediaBytes::OnDisk(file);
            let file = MediaFile {
                bytes,
                content_type,
            };
            self.files.insert(address, file);
        }
    }

    /// The file at `/media/{path}`; `path` is percent-decoded. `None` when there
    /// is no such file or it may not be fetched.
    pub fn find(&self, path: &str) -> Option<&MediaFile> {
        self.files.get(path)
    }
}

impl MediaFile {
    /// Whether a browser can show it as an image.
    pub(crate) fn is_image(&self) -> bool {
        self.content_type.starts_with("image/")
    }
}

/// The file that a symbolic link stands for, if it is inside `root`.
fn linked_file(link: &Path, root: &Path) -> Option<PathBuf> {
    let target = link.canonicalize().ok()?;
    (target.is_file() && target.starts_with(root)).then_some(target)
}

fn content_type(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?;
    let known = CONTENT_TYPES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(extension));
    known.map(|(_, content_type)| *content_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[test]
    fn media_are_found_by_path_with_their_type() {
        let folder = folder(&["posts/a b.PNG", "talk.pdf"]);
        let media = Media::index(folder.path()).unwrap();
        assert_eq!(
            media.find("posts/a b.PNG").unwrap().content_type,
            "image/png"
        );
        let talk = media.find("talk.pdf").unwrap();
        assert_eq!(talk.content_type, "application/pdf");
        let root = folder.path().canonicalize().unwrap().into();
        let file = DiskFile::new(root, "talk.pdf".into(), Links::Refuse);
        assert_eq!(talk.bytes, MediaBytes::OnDisk(file));
    }

    #[test]
    fn texts_settings_and_hidden_files_are_not_media() {
        let names = [
            "site.toml",
            "posts/a.md",
            "notes",
            ".x.png",
            ".git/y.png",
            "a.html",
        ];
        let folder = folder(&names);
        let media = Media::index(folder.path()).unwrap();
        assert_eq!(media, Media::default());
    }

    #[test]
    fn no_path_leads_outside() {
        let folder = folder(&["inside/a.png", "b.png"]);
        let media = Media::index(&folder.path().join("inside")).unwrap();
        for path in ["../b.png", "./a.png", "/a.png", "a.png/", ""] {
            assert_eq!(media.find(path), None, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_media_only_inside_the_folder_and_only_to_media() {
        use std::os::unix::fs::symlink;
        let folder = folder(&["inside/a.png", "inside/site.toml", "out/b.png"]);
        let at = |path: &str| folder.path().join(path);
        symlink(at("inside/a.png"), at("inside/same.png")).unwrap();
        symlink(at("inside/site.toml"), at("inside/site.png")).unwrap();
        symlink(at("out/b.png"), at("inside/b.png")).unwrap();
        symlink(at("out"), at("inside/out")).unwrap();
        symlink(at("inside"), at("inside/loop")).unwrap();
        symlink(at("nowhere.png"), at("inside/dead.png")).unwrap();
        let media = Media::index(&at("inside")).unwrap();
        let found: Vec<_> = media.files.keys().collect();
        assert_eq!(found, ["a.png", "same.png"]);
    }
}
