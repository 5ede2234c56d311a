//! `lives SEED COUNT`: prints lives of random pages, one a line, with what the lifecycle
//! of this package made of each event; for the one in `element/` to do the same.
//!
//! A line is `{"visible":…,"watches":…,"steps":[{"event":…,"at":ms,"fraction":…,
//! "does":[…],"wakes":ms or null},…]}`. Events and actions are lists that begin with a
//! name. Sockets are numbered as they are opened, view ids as they are asked for.

#[path = "../../src/counter/lifecycle/tests/entropy.rs"]
mod entropy;

use entropy::FixedEntropy;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use std::{
    env,
    io::{self, BufWriter, Write},
    process::ExitCode,
};
use view_counter::counter::{
    lifecycle::{Action, Entropy, Event, Generation, Lifecycle, Millis, Refusal, Role},
    protocol::{Counts, Handshake, ViewId, close_code},
};

fn main() -> ExitCode {
    let arguments: Vec<u64> = env::args().skip(1).flat_map(|text| text.parse()).collect();
    let [seed, count] = arguments[..] else {
        say("lives SEED COUNT: two numbers");
        return ExitCode::FAILURE;
    };
    match print(seed, count) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a program's words to its user")]
fn say(text: &str) {
    eprintln!("error: {text}");
}

fn print(seed: u64, count: u64) -> io::Result<()> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut out = BufWriter::new(io::stdout().lock());
    for _ in 0..count {
        let plan = plan().new_tree(&mut runner);
        let plan = plan.map_err(|why| io::Error::other(why.to_string()))?;
        serde_json::to_writer(&mut out, &life(plan.current()))?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// What happens to a page.
#[derive(Clone, Debug)]
struct Plan {
    visible: bool,
    watches: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    what: What,
    wait: Wait,
    /// Whatever random fraction is asked for in it.
    fraction: f64,
}

#[derive(Clone, Debug)]
enum What {
    /// To the page.
    Page(Event),
    /// To the latest socket but so many.
    Socket(usize, Told),
}

#[derive(Clone, Copy, Debug)]
enum Told {
    Frame(Counts),
    Closed(u16),
    Refused(Refusal),
}

/// How long before it.
#[derive(Clone, Copy, Debug)]
enum Wait {
    /// So long.
    Time(Millis),
    /// Until it is to be woken, if it is.
    Alarm,
}

fn plan() -> impl Strategy<Value = Plan> {
    let scene = prop_oneof![
        30 => step().prop_map(|step| vec![step]),
        1 => refusals(),
        1 => short_connection(),
    ];
    let scenes = prop::collection::vec(scene, 1..50);
    (prop::bool::weighted(0.8), prop::bool::weighted(0.1), scenes).prop_map(
        |(visible, watches, scenes)| Plan {
            visible,
            watches,
            steps: scenes.concat(),
        },
    )
}

/// Refused again and again, by a server that does not say why.
fn refusals() -> impl Strategy<Value = Vec<Step>> {
    let refusal = fraction().prop_map(|fraction| {
        let now = |what| Step {
            what,
            wait: Wait::Time(0),
            fraction,
        };
        let again = Step {
            what: What::Page(Event::Woken),
            wait: Wait::Alarm,
            fraction,
        };
        [
            now(What::Socket(0, Told::Closed(close_code::ABNORMAL))),
            now(What::Socket(0, Told::Refused(Refusal::Other))),
            again,
        ]
    });
    prop::collection::vec(refusal, 1..12).prop_map(|refusals| refusals.concat())
}

/// Open for about as long as makes a good connection.
fn short_connection() -> impl Strategy<Value = Vec<Step>> {
    (4_000..6_000_u64, fraction()).prop_map(|(ms, fraction)| {
        let step = |told, ms| Step {
            what: What::Socket(0, told),
            wait: Wait::Time(ms),
            fraction,
        };
        let counts = Counts { live: 1, total: 1 };
        let end = Told::Closed(close_code::ABNORMAL);
        vec![step(Told::Frame(counts), 0), step(end, ms)]
    })
}

fn step() -> impl Strategy<Value = Step> {
    let wait = prop_oneof![
        2 => Just(Wait::Time(0)),
        4 => (0..2_000_u64).prop_map(Wait::Time),
        3 => (0..70_000_u64).prop_map(Wait::Time),
        1 => (0..2_000_000_u64).prop_map(Wait::Time),
    ];
    let happens = (what(), wait, fraction());
    let wakes = fraction().prop_map(|fraction| (What::Page(Event::Woken), Wait::Alarm, fraction));
    prop_oneof![3 => happens, 1 => wakes].prop_map(|(what, wait, fraction)| Step {
        what,
        wait,
        fraction,
    })
}

/// Such that products with it are exact on both sides.
fn fraction() -> impl Strategy<Value = f64> {
    (0..1024_u16).prop_map(|n| f64::from(n) / 1024.0)
}

fn what() -> impl Strategy<Value = What> {
    let page = prop_oneof![
        4 => Just(Event::Shown),
        1 => Just(Event::Removed),
        1 => Just(Event::Leaving),
        1 => Just(Event::Arrived),
        2 => Just(Event::Visible),
        2 => Just(Event::Hidden),
        1 => Just(Event::Online),
        1 => Just(Event::PageHide),
        1 => Just(Event::PageRestored),
        1 => prop_oneof![Just(Role::Reader), Just(Role::Watcher)].prop_map(Event::Role),
        1 => Just(Event::Woken),
    ];
    let code = prop_oneof![
        4 => Just(close_code::ABNORMAL),
        2 => Just(close_code::RESTART),
        1 => Just(close_code::REPLACED),
        1 => Just(close_code::GOING_AWAY),
        1 => 1000..1015_u16,
    ];
    let counts = (0..5_u64, 0..2_000_u64).prop_map(|(live, total)| Counts { live, total });
    let refusal = prop_oneof![
        1 => Just(Refusal::Unknown),
        4 => (0..100_u64).prop_map(|seconds| Refusal::Wait(seconds * 1000)),
        2 => counts.clone().prop_map(Refusal::Numbers),
        4 => Just(Refusal::Other),
    ];
    let told = prop_oneof![
        3 => counts.prop_map(Told::Frame),
        3 => code.prop_map(Told::Closed),
        2 => refusal.prop_map(Told::Refused),
    ];
    let back = prop_oneof![8 => Just(0), 1 => 1..3_usize];
    let socket = (back, told).prop_map(|(back, told)| What::Socket(back, told));
    prop_oneof![1 => page.prop_map(What::Page), 2 => socket]
}

fn life(plan: Plan) -> Value {
    let role = if plan.watches {
        Role::Watcher
    } else {
        Role::Reader
    };
    let mut lifecycle = Lifecycle::new(plan.visible, role);
    let mut entropy = FixedEntropy::new(0.0);
    let mut now = 0;
    let mut sockets = Vec::new();
    let mut steps = Vec::new();
    for step in plan.steps {
        now = match (step.wait, lifecycle.wakes_at()) {
            (Wait::Time(time), _) => now + time,
            (Wait::Alarm, Some(at)) => now.max(at),
            (Wait::Alarm, None) => now,
        };
        entropy.fraction = step.fraction;
        let Some((event, told)) = event(&step.what, &sockets) else {
            continue;
        };
        let actions = lifecycle.on(event, now, &mut entropy);
        let does: Vec<_> = actions
            .into_iter()
            .map(|action| done(action, &mut sockets))
            .collect();
        steps.push(json!({
            "event": told,
            "at": now,
            "fraction": step.fraction,
            "does": does,
            "wakes": lifecycle.wakes_at(),
        }));
    }
    json!({ "visible": plan.visible, "watches": plan.watches, "steps": steps })
}

/// The event, and how it is told; none, if there is no such socket.
fn event(what: &What, sockets: &[Generation]) -> Option<(Event, Value)> {
    let &What::Socket(back, told) = what else {
        let What::Page(event) = what else { return None };
        return Some((event.clone(), page_event(event)));
    };
    let number = sockets.len().checked_sub(back + 1)?;
    let generation = sockets[number];
    Some(match told {
        Told::Frame(counts) => (
            Event::Frame(generation, counts),
            json!(["frame", number, counts]),
        ),
        Told::Closed(code) => (
            Event::Closed(generation, code),
            json!(["closed", number, code]),
        ),
        Told::Refused(refusal) => {
            let said = match refusal {
                Refusal::Unknown => json!("unknown"),
                Refusal::Other => json!("other"),
                Refusal::Wait(time) => json!(time),
                Refusal::Numbers(counts) => json!(counts),
            };
            (
                Event::Refused(generation, refusal),
                json!(["refused", number, said]),
            )
        }
    })
}

fn page_event(event: &Event) -> Value {
    json!(match event {
        Event::Shown => ["shown"],
        Event::Removed => ["removed"],
        Event::Leaving => ["leaving"],
        Event::Arrived => ["arrived"],
        Event::Visible => ["visible"],
        Event::Hidden => ["hidden"],
        Event::Online => ["online"],
        Event::PageHide => ["pagehide"],
        Event::PageRestored => ["restored"],
        Event::Woken => ["woken"],
        Event::Role(role) => return json!(["role", *role == Role::Watcher]),
        // Of sockets, and of what the element is not told.
        Event::Frame(..) | Event::Closed(..) | Event::Refused(..) | Event::Stayed => ["none"],
    })
}

fn done(action: Action, sockets: &mut Vec<Generation>) -> Value {
    match action {
        Action::Open {
            generation,
            handshake,
        } => {
            sockets.push(generation);
            match handshake {
                Handshake::Reader { view, again } => json!(["open", view.to_string(), again]),
                Handshake::Watcher => json!(["open"]),
            }
        }
        Action::Close(_) => json!(["close"]),
        Action::Probe(_) => json!(["probe"]),
        Action::ProbeRefusal(_) => json!(["probeRefusal"]),
        Action::Show(counts) => json!(["show", counts]),
        Action::ShowStale(counts) => json!(["showStale", counts]),
        Action::ShowLost => json!(["showLost"]),
    }
}
