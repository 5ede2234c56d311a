//! Any interleaving of joins, leaves, repeated ids, saves that fail, corrections, and
//! time, against a ledger that is kept another way: a plain list of everything that
//! happened, read from the start for every question.

use super::*;
use proptest::prelude::*;

const DAY: Date = Date::constant(2026, 11, 20);

#[derive(Clone, Debug)]
enum Step {
    Join {
        view: Option<u8>,
        again: bool,
    },
    /// The nth of the sockets opened so far ends, whether or not it did before.
    Leave(prop::sample::Index),
    Watch,
    Unwatch,
    Wait(Duration),
    StartSave,
    /// The save under way is tried: it fails, is committed but reported as
    /// failed, or is committed and says so.
    Fail,
    CommitUnheard,
    Commit,
    /// The owner sets what is stored to this.
    Correct(u64),
    /// So many read elsewhere, and are in live.
    Elsewhere(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let millis = prop_oneof![0u64..200, 0u64..20_000, 59_990u64..60_010];
    prop_oneof![
        5 => (prop::option::weighted(0.8, 0u8..6), prop::bool::weighted(0.2))
            .prop_map(|(view, again)| Step::Join { view, again }),
        4 => any::<prop::sample::Index>().prop_map(Step::Leave),
        1 => Just(Step::Watch),
        1 => Just(Step::Unwatch),
        3 => millis.prop_map(|ms| Step::Wait(Duration::from_millis(ms))),
        2 => Just(Step::StartSave),
        1 => Just(Step::Fail),
        1 => Just(Step::CommitUnheard),
        2 => Just(Step::Commit),
        1 => (0u64..2_000).prop_map(Step::Correct),
        1 => (0u64..5).prop_map(Step::Elsewhere),
    ]
}

/// One socket, from handshake to end.
struct Socket {
    view: Option<u8>,
    counted: bool,
    came: Instant,
    ended: Option<Instant>,
    /// What it was sent last.
    seen: Counts,
}

/// Everything that happened, and what a database made of the saves.
struct Ledger {
    policy: SavePolicy,
    /// What is stored beside the views of the sockets below: negative when the owner
    /// took more away than there was before them.
    before: i64,
    sockets: Vec<Socket>,
    elsewhere: u64,
    /// What the database holds, and what was last heard of it.
    stored: u64,
    heard: u64,
    /// The save under way: how many views, and whether it was committed.
    save: Option<(u64, bool)>,
    /// How many of the sockets had come when the last save began.
    handed_over: usize,
}

impl Ledger {
    fn join(&mut self, view: Option<u8>, again: bool, now: Instant) {
        let mut known = again;
        if view.is_some() {
            for earlier in self.sockets.iter_mut().filter(|s| s.view == view) {
                known |= match earlier.ended {
                    None => true,
                    Some(at) => now - at < Duration::from_secs(60),
                };
                earlier.ended.get_or_insert(now);
            }
        }
        self.sockets.push(Socket {
            view,
            counted: !known,
            came: now,
            ended: None,
            seen: Counts::default(),
        });
    }

    fn present(&mut self) -> impl Iterator<Item = &mut Socket> {
        self.sockets.iter_mut().filter(|s| s.ended.is_none())
    }

    /// At once; or 5 s after the last view that waits, at most 15 s after the
    /// first. None during a save.
    fn save_at(&self) -> Option<Instant> {
        let waiting = self.sockets[self.handed_over..].iter();
        let mut views = waiting.filter(|s| s.counted).map(|s| s.came);
        let first = views.next()?;
        let last = views.next_back().unwrap_or(first);
        let at = match self.policy {
            SavePolicy::Debounced => {
                (last + Duration::from_secs(5)).min(first + Duration::from_secs(15))
            }
            SavePolicy::BeforeShown => first,
        };
        self.save.is_none().then_some(at)
    }

    /// All views that there ever were.
    fn views(&self) -> u64 {
        self.views_of(&self.sockets)
    }

    fn views_of(&self, sockets: &[Socket]) -> u64 {
        let counted = sockets.iter().filter(|s| s.counted).count() as u64;
        counted.checked_add_signed(self.before).unwrap()
    }

    /// The owner sets what is stored, while no save is under way.
    fn correct(&mut self, total: u64) {
        let handed_over = self.views_of(&self.sockets[..self.handed_over]);
        self.before += total as i64 - handed_over as i64;
        (self.stored, self.heard) = (total, total);
    }

    /// What is to be shown.
    fn counts(&self) -> Counts {
        Counts {
            live: self.sockets.iter().filter(|s| s.ended.is_none()).count() as u64 + self.elsewhere,
            total: match self.policy {
                SavePolicy::Debounced => self.views(),
                SavePolicy::BeforeShown => self.heard,
            },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn live_and_total_are_true_whatever_happens(
        policy in prop_oneof![Just(SavePolicy::Debounced), Just(SavePolicy::BeforeShown)],
        before in 0u64..1_000,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut now = Instant::now();
        let mut tally = Tally::new(before, policy);
        let mut budget = Budget::new(1_000);
        let mut ids = Vec::new();
        // What each watcher was sent last.
        let mut watchers = Vec::new();
        let mut ledger = Ledger {
            policy,
            before: before as i64,
            sockets: Vec::new(),
            elsewhere: 0,
            stored: before,
            heard: before,
            save: None,
            handed_over: 0,
        };
        let mut sent_at = None::<Instant>;
        let mut highest = before;

        for step in steps {
            match step {
                Step::Join { view, again } => {
                    let view_id = view.map(|n| ViewId::from_bits(n.into()));
                    let joined = tally.join(Arrival { view: view_id, again }, now, DAY);
                    ledger.join(view, again, now);
                    prop_assert_eq!(joined.counted, ledger.sockets.last().unwrap().counted);
                    ledger.sockets.last_mut().unwrap().seen = tally.counts();
                    ids.push(joined.reader);
                }
                Step::Leave(nth) if !ids.is_empty() => {
                    let nth = nth.index(ids.len());
                    tally.leave(ids[nth], now);
                    ledger.sockets[nth].ended.get_or_insert(now);
                }
                Step::Leave(_) => {}
                Step::Watch => { tally.watch(); watchers.push(tally.counts()); }
                Step::Unwatch if !watchers.is_empty() => { tally.unwatch(); watchers.pop(); }
                Step::Unwatch => {}
                Step::Wait(time) => {
                    // As the hub does: woken whenever the tally asks for it.
                    let end = now + time;
                    while let Some(at) = tally.wakes_at().filter(|at| *at < end) {
                        now = at.max(now);
                        if let Some(frame) = tally.frame_due(now, &mut budget) {
                            ledger.present().for_each(|s| s.seen = frame);
                            watchers.fill(frame);
                            sent_at = Some(now);
                        }
                        tally.is_idle(now);
                    }
                    now = end.max(now);
                }
                Step::StartSave => {
                    let delta = tally.start_save();
                    if ledger.save.is_some() {
                        prop_assert_eq!(delta, None, "one save at a time");
                    } else if let Some(delta) = delta {
                        ledger.save = Some((delta.views(), false));
                        ledger.handed_over = ledger.sockets.len();
                    }
                }
                Step::Fail => {}
                Step::CommitUnheard => if let Some((views, committed)) = &mut ledger.save {
                    // The batch number makes the second commit a no-op.
                    if !*committed { ledger.stored += *views; }
                    *committed = true;
                },
                Step::Commit => if let Some((views, committed)) = ledger.save.take() {
                    if !committed { ledger.stored += views; }
                    ledger.heard = ledger.stored;
                    tally.saved(ledger.stored);
                },
                Step::Correct(total) => {
                    if ledger.save.is_none() {
                        tally.correct(total);
                        ledger.correct(total);
                        highest = 0;
                    }
                }
                Step::Elsewhere(readers) => {
                    tally.move_elsewhere(ledger.elsewhere, readers);
                    ledger.elsewhere = readers;
                }
            }

            let frame = tally.frame_due(now, &mut budget);
            if let Some(frame) = frame {
                if let Some(at) = sent_at {
                    prop_assert!(now - at >= Duration::from_millis(50), "a window is at least 50 ms");
                }
                sent_at = Some(now);
                ledger.present().for_each(|s| s.seen = frame);
                watchers.fill(frame);
            }

            let truth = ledger.counts();
            prop_assert_eq!(tally.counts(), truth);
            if policy == SavePolicy::BeforeShown {
                prop_assert!(truth.total <= ledger.stored, "shown before it was saved");
            }
            prop_assert!(truth.total >= highest, "a total falls only when it is corrected");
            highest = truth.total;
            if frame.is_some() {
                prop_assert_eq!(frame, Some(truth));
            }
            prop_assert_eq!(tally.save_at(), ledger.save_at());
        }

        // Whatever was going on: left alone, all is saved, everyone's last frame
        // is the truth, and then nothing is left to remember.
        for _ in 0..2 {
            if ledger.save.is_none() {
                ledger.save = tally.start_save().map(|delta| (delta.views(), false));
            }
            if let Some((views, committed)) = ledger.save.take() {
                if !committed { ledger.stored += views; }
                ledger.heard = ledger.stored;
                tally.saved(ledger.stored);
            }
        }
        prop_assert_eq!(ledger.stored, ledger.views());
        now += Duration::from_secs(3_600);
        if let Some(frame) = tally.frame_due(now, &mut budget) {
            ledger.present().for_each(|s| s.seen = frame);
            watchers.fill(frame);
        }
        let truth = ledger.counts();
        prop_assert_eq!(truth.total, ledger.views());
        prop_assert!(ledger.present().all(|s| s.seen == truth));
        prop_assert!(watchers.iter().all(|seen| *seen == truth));
        for (reader, socket) in ids.iter().zip(&ledger.sockets) {
            if socket.ended.is_none() { tally.leave(*reader, now); }
        }
        for _ in watchers { tally.unwatch(); }
        now += Duration::from_secs(3_600);
        tally.frame_due(now, &mut budget);
        prop_assert!(tally.is_idle(now));
    }
}
