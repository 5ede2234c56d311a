//! The example of a blog that is in the program, for a first start in an empty
//! folder.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fs, io};

use rust_embed::Embed;

use super::folder::Folder;
use super::media::Media;
use crate::web::site_files::held;

#[derive(Embed)]
#[folder = "content"]
struct Files;

/// The names of its files: none that begins with a dot, in no such folder. They are
/// an editor's or git's, and not meant for anyone.
fn names() -> impl Iterator<Item = Cow<'static, str>> {
    Files::iter().filter(|name| name.split('/').all(|part| !part.starts_with('.')))
}

/// The example, as a content folder.
pub(super) struct Example;

impl Folder for Example {
    fn name(&self) -> &Path {
        Path::new("the example in the program")
    }

    fn exists(&self) -> bool {
        true
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let found = file.to_str().and_then(Files::get);
        let found = found.ok_or(io::ErrorKind::NotFound)?;
        Ok(found.data.into_owned())
    }

    fn posts(&self) -> io::Result<Vec<PathBuf>> {
        let posts = names().filter_map(|name| Some(name.strip_prefix("posts/")?.into()));
        Ok(posts.collect())
    }

    fn media(&self) -> io::Result<Media> {
        let files = names().filter_map(|name| {
            let file = held(Files::get(&name)?)?;
            Some((name.into_owned(), file))
        });
        Ok(Media::held(files))
    }
}

/// Why the example was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Nothing is overwritten, nor mixed with what somebody wrote.
    #[error("{} is not empty; name another folder, which need not exist", .0.display())]
    NotEmpty(PathBuf),
    /// The system does not let it be written.
    #[error("{} cannot be written: {problem}", file.display())]
    Io {
        /// What was to be written.
        file: PathBuf,
        /// What the system says.
        problem: io::Error,
    },
}

/// Writes the example into the folder `dir`, to begin a blog with; creates the
/// folder if there is none. Blocks. How many posts it has.
///
/// # Errors
/// If there is something in the folder already, or it cannot be written.
pub fn write_example(dir: &Path) -> Result<usize, WriteError> {
    let failed = |file: &Path| {
        let file = file.to_owned();
        |problem| WriteError::Io { file, problem }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    if fs::read_dir(dir).map_err(failed(dir))?.next().is_some() {
        return Err(WriteError::NotEmpty(dir.into()));
    }
    for name in names() {
        let file = dir.join(&*name);
        if let (Some(folder), Some(content)) = (file.parent(), Files::get(&name)) {
            fs::create_dir_all(folder).map_err(failed(folder))?;
            fs::write(&file, content.data).map_err(failed(&file))?;
        }
    }
    let posts = names().filter(|name| name.starts_with("posts/") && name.ends_with(".md"));
    Ok(posts.count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blog::content::Content;

    #[test]
    fn what_is_in_the_program_is_the_folder() {
        let built_in = Content::example(false).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
        let on_disk = Content::load(&folder, false).unwrap();
        assert_eq!(built_in.posts(), on_disk.posts());
        assert_eq!(built_in.about(), on_disk.about());
        assert!(built_in.media().find("posts/hub.svg").is_some());
    }

    #[test]
    fn the_example_is_written_once_and_loads() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("my/content");
        let posts = write_example(&dir).unwrap();
        assert_eq!(Content::load(&dir, true).unwrap().posts().len(), posts);
        let again = write_example(&dir).unwrap_err();
        assert!(matches!(again, WriteError::NotEmpty(_)), "{again}");
    }
}
