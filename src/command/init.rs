//! `view-counter init`.

use super::printing::{self, Output};
use view_counter::{blog::content::write_example, config::Init};

/// Writes the example, and says what to do with it.
pub(crate) fn run(settings: &Init) -> anyhow::Result<()> {
    let posts = write_example(&settings.folder)?;
    let folder = settings.folder.display();
    printing::print(Output::Text, |out| {
        writeln!(
            out,
            "wrote a site with {posts} posts to {folder}; change site.toml and about.md, put your \
             posts in place of these, and start it with: view-counter serve --content {folder}"
        )
    })
}
