//! `view-counter backup`.

use super::printing::{self, Output};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use view_counter::{
    config::Backup,
    counter::{store, wording},
};

/// Copies the database, and says what is in the copy.
pub(crate) async fn run(settings: &Backup) -> anyhow::Result<()> {
    let stop = stop_at_signal()?;
    let copied = store::back_up(&settings.database.database, &settings.file, &stop).await?;
    printing::print(Output::Text, |out| {
        writeln!(
            out,
            "copied {} of {} to {}",
            wording::views(copied.views),
            printing::posts(copied.posts),
            settings.file.display()
        )
    })
}

/// Is cancelled by SIGTERM or Ctrl-C: then the copy is removed.
fn stop_at_signal() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stop.cancel();
        }
    });
    Ok(stop)
}
