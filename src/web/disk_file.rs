//! Files on disk as responses to requests.
//!
//! A file is open only while some of it is read, and never while somebody waits for its
//! client: however many responses are unread, they hold no file descriptor and one part
//! of their file each.

mod beneath;

use super::file_request::{Selection, Validators, refused_method};
use crate::counter::responses::OwnBytes;
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use beneath::open_beneath;
use futures_util::stream::try_unfold;
use std::{
    fs::{File, Metadata},
    io,
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// What is read at once, in bytes: a picture of a post as a rule, and little enough to
/// be held for each response that is not read.
const PART: u64 = 64 * 1024;
/// Files that are open at once to be read. Each takes two descriptors while its folder
/// is walked: together a quarter of those that are kept free for the database and files.
const MAX_OPEN: usize = 16;

static OPEN: Semaphore = Semaphore::const_new(MAX_OPEN);

/// A file below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskFile {
    folder: Arc<Path>,
    path: PathBuf,
    links: Links,
}

/// What is done with symbolic links below the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// They are followed: whoever made the folder is believed.
    #[cfg_attr(
        feature = "embed",
        expect(dead_code, reason = "the build's files are in the program")
    )]
    Follow,
    /// They are not there, as far as a client can see.
    Refuse,
}

/// What tells one version of a file from another: which file it is, its length, and when
/// it was changed. A file whose own date was set to an old one has a new change time all
/// the same (POSIX `st_ctim`); and one that was put into its place a moment later, while
/// the system's clock showed the same time, is another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    inode: u64,
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl DiskFile {
    /// The file at this relative path below a folder.
    pub(crate) fn new(folder: Arc<Path>, path: PathBuf, links: Links) -> Self {
        Self {
            folder,
            path,
            links,
        }
    }

    /// Where it is, for what is read of it while the program starts.
    pub(crate) fn full_path(&self) -> PathBuf {
        self.folder.join(&self.path)
    }

    /// The response to a request for it, with its media type. `coding` is the content
    /// coding that the file is in; only a file without one is sent in parts.
    ///
    /// # Errors
    /// `NotFound` if it is no file, or not any more; and whatever else keeps it from being
    /// read.
    pub(crate) async fn answer(
        &self,
        media_type: HeaderValue,
        coding: Option<&'static str>,
        method: &Method,
        headers: &HeaderMap,
    ) -> io::Result<Response> {
        if let Some(refused) = refused_method(method) {
            return Ok(refused);
        }
        let (version, modified) = self
            .read(|_, metadata| Ok((Version::of(metadata), metadata.modified().ok())))
            .await?;
        let validators = Validators {
            tag: version.tag(coding)?,
            modified,
        };
        let length = version.length;
        let selection = Selection::of(method, headers, length, &validators, coding.is_none());
        let mut response = selection.head(length, &validators);
        if selection == Selection::NotModified {
            return Ok(response);
        }
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, media_type);
        match coding {
            Some(coding) => {
                out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            None => {
                out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            }
        }
        let bytes = selection.bytes(length);
        if *method == Method::GET && !bytes.is_empty() {
            let own = PART.min(bytes.end - bytes.start) as usize;
            response.extensions_mut().insert(OwnBytes(own));
            *response.body_mut() = self.clone().body(version, bytes).await?;
        }
        Ok(response)
    }

    /// These bytes of this version. If they fit into one part, it is read at once.
    async fn body(self, version: Version, bytes: Range<u64>) -> io::Result<Body> {
        if bytes.end - bytes.start <= PART {
            return Ok(self.part(version, bytes).await?.into());
        }
        let parts = try_unfold(bytes, move |mut rest| {
            let file = self.clone();
            async move {
                if rest.is_empty() {
                    return Ok(None);
                }
                let end = rest.end.min(rest.start + PART);
                let part = file.part(version, rest.start..end).await?;
                rest.start = end;
                io::Result::Ok(Some((part, rest)))
            }
        });
        Ok(Body::from_stream(parts))
    }

    /// Some bytes of this version.
    ///
    /// # Errors
    /// If the file is another version by now: what was sent of the old one and what is
    /// left of the new one are no file.
    async fn part(&self, version: Version, bytes: Range<u64>) -> io::Result<Bytes> {
        self.read(move |file, metadata| {
            if Version::of(metadata) != version {
                return Err(io::Error::other("the file was changed while it was sent"));
            }
            let mut part = vec![0; (bytes.end - bytes.start) as usize];
            file.read_exact_at(&mut part, bytes.start)?;
            Ok(part.into())
        })
        .await
    }

    /// Opens the file, when it is its turn, and reads from it, on a thread that may wait
    /// for the disk.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&File, &Metadata) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let turn = OPEN.acquire().await.map_err(io::Error::other)?;
        let file = self.clone();
        let reading = spawn_blocking(move || {
            // Also when nobody waits for it any more: until the file is closed.
            let _turn = turn;
            let file = file.open()?;
            let metadata = file.metadata()?;
            match metadata.is_file() {
                true => read(&file, &metadata),
                false => Err(io::ErrorKind::NotFound.into()),
            }
        });
        reading.await.map_err(io::Error::other)?
    }

    /// Opens it. Blocks.
    fn open(&self) -> io::Result<File> {
        match self.links {
            Links::Follow => File::open(self.full_path()),
            Links::Refuse => open_beneath(&self.folder, &self.path),
        }
    }
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Its entity tag. Each content coding has its own (RFC 9110 §8.8.3.3).
    fn tag(&self, coding: Option<&str>) -> io::Result<HeaderValue> {
        let Self {
            inode,
            length,
            modified: (modified, modified_ns),
            changed: (changed, changed_ns),
        } = self;
        let coding = coding.map(|coding| format!("-{coding}"));
        let tag = format!(
            "\"{inode:x}-{length:x}-{modified:x}.{modified_ns:x}-{changed:x}.{changed_ns:x}{}\"",
            coding.unwrap_or_default()
        );
        HeaderValue::try_from(tag).map_err(io::Error::other)
    }
}

/// Whether an error says that there is no such file to be had, rather than that reading
/// it failed.
pub(crate) fn is_not_there(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound, PermissionDenied};
    matches!(
        error.kind(),
        NotFound | NotADirectory | PermissionDenied | InvalidInput | InvalidFilename
    )
}

/// The response where a file cannot be read: 404 without a body if it is not there, and
/// else 500, which the log explains.
pub(crate) fn unreadable(error: &io::Error) -> Response {
    if is_not_there(error) {
        return StatusCode::NOT_FOUND.into_response();
    }
    tracing::error!(%error, "a file cannot be read");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use std::fs;

    fn folder_with(name: &str, bytes: &[u8]) -> (tempfile::TempDir, DiskFile) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), bytes).unwrap();
        let root: Arc<Path> = folder.path().canonicalize().unwrap().into();
        let file = DiskFile::new(root, name.into(), Links::Refuse);
        (folder, file)
    }

    async fn get(file: &DiskFile, headers: &HeaderMap) -> io::Result<Response> {
        let media_type = HeaderValue::from_static("image/png");
        file.answer(media_type, None, &Method::GET, headers).await
    }

    async fn body_of(response: Response) -> Result<Bytes, axum::Error> {
        to_bytes(response.into_body(), usize::MAX).await
    }

    #[tokio::test]
    async fn a_large_file_is_sent_whole_and_held_part_by_part() {
        let bytes: Vec<u8> = (0..3 * PART + 1).map(|n| (n % 251) as u8).collect();
        let (_folder, file) = folder_with("a.png", &bytes);
        let response = get(&file, &HeaderMap::new()).await.unwrap();
        let own = response.extensions().get::<OwnBytes>();
        assert_eq!(own, Some(&OwnBytes(PART as usize)));
        let length = bytes.len().to_string();
        assert_eq!(response.headers()[header::CONTENT_LENGTH], length);
        assert_eq!(body_of(response).await.unwrap(), bytes);

        let range = HeaderValue::from_static("bytes=100-150000");
        let headers = HeaderMap::from_iter([(header::RANGE, range)]);
        let response = get(&file, &headers).await.unwrap();
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(body_of(response).await.unwrap(), bytes[100..=150_000]);
    }

    #[tokio::test]
    async fn a_file_that_changes_while_it_is_sent_ends_with_an_error() {
        let (folder, file) = folder_with("a.png", &vec![1; 2 * PART as usize]);
        let before = get(&file, &HeaderMap::new()).await.unwrap();
        let new = folder.path().join("new");
        fs::write(&new, vec![2; 2 * PART as usize]).unwrap();
        fs::rename(&new, folder.path().join("a.png")).unwrap();
        let after = get(&file, &HeaderMap::new()).await.unwrap();
        let tag = |response: &Response| response.headers()[header::ETAG].clone();
        assert_ne!(tag(&before), tag(&after));
        assert!(body_of(before).await.is_err());
        assert!(body_of(after).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_no_file_is_not_there() {
        let (folder, file) = folder_with("a.png", b"a");
        let not_there = async |file: &DiskFile| {
            let error = get(file, &HeaderMap::new()).await.unwrap_err();
            assert!(is_not_there(&error), "{error:?}");
        };
        fs::remove_file(folder.path().join("a.png")).unwrap();
        not_there(&file).await;
        fs::create_dir(folder.path().join("a.png")).unwrap();
        not_there(&file).await;
    }
}
