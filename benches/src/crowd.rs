//! Readers who stay: each a task that takes what comes and writes down when.

use crate::socket::{Counts, Socket};
use anyhow::{Context, Result, ensure};
use std::{
    convert::Infallible,
    ops::Range,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{sleep, timeout},
};

/// What nobody waits longer for.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Connections that are being made at once: fewer than a server's backlog.
const AT_ONCE: usize = 64;
/// When no frame came for this long, there are none on the way. Longer than the
/// window of the largest crowd here.
const QUIET: Duration = Duration::from_millis(900);

/// Readers of one or several slugs. They leave when it is dropped.
pub struct Crowd {
    readers: JoinSet<()>,
    heard: Arc<Heard>,
}

/// What readers hear, together.
#[derive(Default)]
struct Heard {
    frames: AtomicU64,
    /// Readers whose socket ended, and why the last of them did.
    lost: Mutex<(usize, String)>,
    /// What one of them heard last, packed.
    latest: AtomicU64,
    /// What all are to hear next, packed.
    awaited: AtomicU64,
    /// When each heard it.
    times: Mutex<Vec<Instant>>,
    everybody: AtomicUsize,
    told: Notify,
}

impl Crowd {
    /// Nobody yet.
    pub fn new() -> Self {
        Self {
            readers: JoinSet::new(),
            heard: Arc::default(),
        }
    }

    /// This many readers in all, spread evenly over `slugs` slugs.
    pub async fn gather(port: u16, readers: usize, slugs: usize) -> Result<Self> {
        Self::gather_on(port, readers, 0..slugs).await
    }

    /// This many readers in all, spread evenly over these slugs. Returns when all of
    /// them are in.
    pub async fn gather_on(port: u16, readers: usize, slugs: Range<usize>) -> Result<Self> {
        let mut crowd = Self::new();
        let mut joining = JoinSet::new();
        for slug in slugs.cycle().take(readers) {
            if joining.len() >= AT_ONCE {
                crowd.seat(
                    joining
                        .join_next()
                        .await
                        .context("a task that is there")??,
                );
            }
            joining.spawn(async move {
                timeout(PATIENCE, Socket::join(port, &format!("s{slug}"))).await?
            });
            while let Some(joined) = joining.try_join_next() {
                crowd.seat(joined?);
            }
        }
        while let Some(joined) = joining.join_next().await {
            crowd.seat(joined?);
        }
        crowd.nobody_lost()?;
        Ok(crowd)
    }

    /// From now on this socket is one of the crowd.
    pub fn seat(&mut self, socket: Result<Socket>) {
        match socket {
            Ok(socket) => {
                self.heard.everybody.fetch_add(1, Ordering::Relaxed);
                self.readers.spawn(read(socket, Arc::clone(&self.heard)));
            }
            Err(error) => {
                self.heard.lose(&error);
            }
        }
    }

    /// Frames that they got so far.
    pub fn frames(&self) -> u64 {
        self.heard.frames.load(Ordering::Relaxed)
    }

    /// That all who were to join are there still.
    pub fn nobody_lost(&self) -> Result<()> {
        let (lost, why) = &*lock(&self.heard.lost);
        ensure!(
            *lost == 0,
            "{lost} readers could not join or stay; the last: {why}"
        );
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.heard.everybody.load(Ordering::Relaxed)
    }

    /// What was heard last. All have heard it where [`Self::settle`] has returned
    /// and there is one slug.
    pub fn latest(&self) -> Counts {
        unpack(self.heard.latest.load(Ordering::Relaxed))
    }

    /// Waits until nothing is on the way to them any more.
    pub async fn settle(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE * 5;
        let mut before = self.frames();
        loop {
            sleep(QUIET).await;
            let now = self.frames();
            if now == before {
                return self.nobody_lost();
            }
            ensure!(Instant::now() < deadline, "frames that do not end");
            before = now;
        }
    }

    /// Begins to wait for these numbers.
    pub fn await_counts(&self, counts: Counts) {
        lock(&self.heard.times).clear();
        self.heard.awaited.store(pack(counts), Ordering::SeqCst);
    }

    /// Returns when each of them heard what was awaited, once all did.
    pub async fn all_heard(&self) -> Result<Vec<Instant>> {
        let everybody = async {
            while lock(&self.heard.times).len() < self.len() {
                self.heard.told.notified().await;
            }
        };
        let in_time = timeout(PATIENCE, everybody).await;
        in_time.with_context(|| {
            format!(
                "{} of {} heard it",
                lock(&self.heard.times).len(),
                self.len()
            )
        })?;
        Ok(std::mem::take(&mut *lock(&self.heard.times)))
    }
}

impl Heard {
    fn lose(&self, error: &anyhow::Error) {
        let mut lost = lock(&self.lost);
        *lost = (lost.0 + 1, format!("{error:#}"));
    }

    fn hear(&self, counts: Counts, last: &mut u64) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        let counts = pack(counts);
        self.latest.store(counts, Ordering::Relaxed);
        if counts != *last && counts == self.awaited.load(Ordering::SeqCst) {
            let heard = {
                let mut times = lock(&self.times);
                times.push(Instant::now());
                times.len()
            };
            if heard >= self.everybody.load(Ordering::Relaxed) {
                self.told.notify_one();
            }
        }
        *last = counts;
    }
}

async fn read(mut socket: Socket, heard: Arc<Heard>) {
    let Err(error) = listen(&mut socket, &heard).await;
    heard.lose(&error);
}

async fn listen(socket: &mut Socket, heard: &Heard) -> Result<Infallible> {
    let mut last = 0;
    loop {
        heard.hear(socket.counts().await?, &mut last);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One number for both: no total here comes near 2^40, no crowd near 2^24.
fn pack(counts: Counts) -> u64 {
    counts.live << 40 | counts.total
}

fn unpack(packed: u64) -> Counts {
    Counts {
        live: packed >> 40,
        total: packed & ((1 << 40) - 1),
    }
}
