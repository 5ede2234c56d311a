//! `view-counter import`.

use super::{changes::Outcome, printing, progress};
use anyhow::{Context, ensure};
use std::{collections::BTreeSet, io::Read, path::Path, time::Duration};
use view_counter::{
    blog::content::Content,
    config::Import,
    counter::{
        protocol::Slug,
        store::{Importing, Store},
        tally::SavePolicy,
        wording,
    },
    exchange::{self, AddressMap, Imported, Input, Options},
    service::slugs::Sources,
};

/// How many examples are given of pages that the site does not have.
const EXAMPLES: usize = 5;

/// Adds the views of a file, or says what that would change.
pub(crate) async fn run(settings: &Import) -> anyhow::Result<()> {
    let mut imported = read(settings)?;
    let site = pages_of_site(settings).await?;
    imported.notes.extend(strangers(&imported, &site));
    let database = &settings.changing.database.database;
    let is_new = !database.exists();
    let mut importing = match (is_new, settings.apply) {
        (false, _) => Importing::open(database).await?,
        (true, false) => Importing::in_memory().await?,
        (true, true) => {
            let store = Store::open(database, SavePolicy::Debounced).await?;
            store.close().await;
            Importing::open(database).await?
        }
    };
    if is_new {
        let name = database.display();
        imported.notes.push(match settings.apply {
            true => format!("{name} did not exist and was created"),
            false => format!("{name} does not exist; it would be created"),
        });
    }
    if let Some(when) = importing.imported_at(&imported.sha256).await? {
        ensure!(
            settings.again,
            "this file was imported already, at {when}; to add its views once more, say --again. Nothing was changed"
        );
    }
    ensure!(
        !(settings.apply && imported.views.is_empty()),
        "all of it would be left out ({}). Nothing was changed",
        imported
            .left_out
            .keys()
            .copied()
            .collect::<Vec<_>>()
            .join(", "),
    );
    let progress = progress::of("adding the views", imported.views.len() as u64);
    importing
        .stage(&imported.views, || progress.inc(1))
        .await
        .context("nothing was changed")?;
    progress.finish_and_clear();
    let changes = match settings.apply {
        true => {
            importing
                .apply(&why(settings, &imported), &imported.sha256)
                .await
        }
        false => importing.preview().await,
    };
    let changes = changes.context("nothing was changed")?;
    Outcome {
        dry_run: (!settings.apply).then_some("to import it, say --apply"),
        imported: Some(imported),
        ..Outcome::of(changes, &settings.changing)
    }
    .print()
}

fn read(settings: &Import) -> anyhow::Result<Imported> {
    let parameters = &settings.slugs_parameters;
    let map = settings.map.as_deref();
    let map = map
        .map(|file| AddressMap::read(file, parameters))
        .transpose()?;
    let options = Options {
        strip: settings.strip.clone(),
        hosts: settings.hosts.clone(),
        columns: settings.columns.clone(),
        date_order: settings.date_order,
        map,
        parameters: parameters.clone(),
    };
    let through = |file: Box<dyn Read>, bytes| match bytes {
        0 => file,
        bytes => Box::new(progress::of("reading the file", bytes).wrap_read(file)),
    };
    Ok(exchange::read(&settings.file, &options, through)?)
}

/// What the audit says of it.
fn why(settings: &Import, imported: &Imported) -> String {
    let file = match &settings.file {
        Input::Stdin => "standard input".to_owned(),
        Input::File(path) => format!("{:?}", path.file_name().unwrap_or_default()),
    };
    match &settings.why {
        None => format!("{} {file}", imported.kind),
        Some(why) => format!("{} {file}: {why}", imported.kind),
    }
}

/// The pages of the site, as `serve` knows them with the same settings; none where nothing
/// says which there are.
async fn pages_of_site(settings: &Import) -> anyhow::Result<BTreeSet<Slug>> {
    const INSTEAD: &str =
        "without --slugs and --content it is not checked which pages the site has";
    let content = match settings.content.as_deref() {
        Some(folder) => Some(Content::load(folder, false).context(INSTEAD)?),
        // It may be of something else.
        None => Content::load(Path::new("content"), false).ok(),
    };
    let posts = content.iter().flat_map(Content::posts);
    let posts = posts.filter_map(|post| post.summary.slug.parse().ok());
    let mut sources = Sources::new(
        settings.slug_sources.clone(),
        settings.slugs_parameters.clone(),
        posts.collect(),
        Duration::MAX,
    );
    sources.read_all().await.context(INSTEAD)?;
    Ok(sources.slugs())
}

/// Says which slugs are no pages of the site, if its pages are known.
fn strangers(imported: &Imported, site: &BTreeSet<Slug>) -> Option<String> {
    if site.is_empty() {
        return None;
    }
    let mut strangers = imported.views.keys().filter(|slug| !site.contains(*slug));
    let examples: Vec<&str> = strangers
        .by_ref()
        .take(EXAMPLES)
        .map(Slug::as_str)
        .collect();
    let many = examples.len() + strangers.count();
    let more = match many - examples.len() {
        0 => String::new(),
        more => format!(" and {} more", wording::grouped(more as u64)),
    };
    (many > 0).then(|| {
        format!(
            "{} that the site does not have, whose views nobody sees: {}{more}; --strip and --map give them other names",
            printing::posts(many as u64),
            examples.join(", "),
        )
    })
}
