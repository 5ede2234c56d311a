//! A server with a crowd before it, and what is asked of both after an attack.

use crate::{
    crowd::{Crowd, READERS},
    footprint::{Footprint, Watch},
    support::{Folder, PATIENCE, Server, eventually},
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::JoinSet,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Two at a time: most of a siege is waiting, and more would crowd each other.
static TURNS: Semaphore = Semaphore::const_new(2);

pub(crate) struct Siege {
    what: &'static str,
    pub(crate) server: Server,
    crowd: Crowd,
    before: Footprint,
    watch: Watch,
    over: CancellationToken,
    _folder: Folder,
    _turn: SemaphorePermit<'static>,
}

impl Siege {
    pub(crate) async fn begin(what: &'static str) -> Self {
        Self::begin_in(what, Folder::new()).await
    }

    pub(crate) async fn begin_in(what: &'static str, folder: Folder) -> Self {
        let turn = TURNS.acquire().await.unwrap();
        let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap();
        assert!(limit >= 8_192, "at most {limit} open files are allowed");
        let server = Server::start(&folder).await;
        let mut crowd = Crowd::on(&server).await;
        let quiet = crowd.sees_newcomers(&server).await;
        println!("{what}: a frame to {READERS} readers in peace: {quiet}");
        Self {
            what,
            before: Footprint::of(&server),
            watch: Watch::over(&server),
            over: CancellationToken::new(),
            server,
            crowd,
            _folder: folder,
            _turn: turn,
        }
    }

    /// The crowd goes on seeing who comes and goes. For while the attack lasts.
    pub(crate) async fn goes_on(&mut self) {
        let besieged = self.crowd.sees_newcomers(&self.server).await;
        println!("{}: and meanwhile: {besieged}", self.what);
    }

    /// Until when the attack lasts: whoever is shown out before comes again.
    pub(crate) fn over(&self) -> CancellationToken {
        self.over.clone()
    }

    /// The crowd has seen enough: nobody comes again. Waits until all have gone,
    /// and returns what each has to say.
    pub(crate) async fn ends<T: 'static>(&self, mut attackers: JoinSet<T>) -> Vec<T> {
        self.over.cancel();
        let mut said = Vec::new();
        let gone = async {
            while let Some(attacker) = attackers.join_next().await {
                said.push(attacker.unwrap());
            }
        };
        timeout(6 * PATIENCE, gone).await.expect("all go");
        said
    }

    /// The attack is over: so many connections were made at once, and took no
    /// more than so many KiB each. All is given back, and nobody noticed.
    pub(crate) async fn lifted(self, connections: u64, kib_each: u64) {
        let most = self.watch.most();
        drop(self.watch);
        let memory = most.memory.saturating_sub(self.before.memory);
        let descriptors = most.descriptors.saturating_sub(self.before.descriptors);
        println!(
            "{}: {connections} connections took {memory} KiB and {descriptors} descriptors",
            self.what
        );
        assert!(memory <= connections * kib_each, "{memory} KiB");
        eventually("all descriptors are given back", async || {
            Footprint::of(&self.server).descriptors <= self.before.descriptors
        })
        .await;
        assert_eq!(self.server.views("two").await.live, 0);
        self.crowd.noticed_nothing().await;
        self.server.signal("TERM");
        let (status, log) = self.server.ended().await;
        assert!(status.success(), "{log}");
        // There is no style sheet in a test's folder: that is said at the start.
        let mut complaints = log.lines().filter(|line| {
            let complains = ["WARN", "ERROR"].iter().any(|level| line.contains(level));
            complains && !line.contains("style sheet")
        });
        assert_eq!(complaints.next(), None, "a stranger fills the log");
    }
}
