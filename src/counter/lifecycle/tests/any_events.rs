//! Any sequence of events, and what must hold after every one of them.

use super::*;
use proptest::prelude::*;

fn any_event() -> impl Strategy<Value = Event> {
    let generation = (0u64..12).prop_map(Generation);
    let role = prop_oneof![Just(Role::Reader), Just(Role::Watcher)];
    let code = prop_oneof![Just(ABNORMAL), Just(1000), Just(1012), Just(4001)];
    let answer = prop_oneof![
        Just(Answer::Unknown),
        Just(Answer::Other),
        (0u64..200).prop_map(|s| Answer::Wait(Duration::from_secs(s))),
    ];
    prop_oneof![
        1 => Just(Event::Shown),
        1 => Just(Event::Left),
        1 => Just(Event::Visible),
        1 => Just(Event::Hidden),
        1 => Just(Event::Online),
        1 => Just(Event::PageHide),
        1 => Just(Event::PageRestored),
        1 => role.prop_map(Event::Role),
        3 => generation.clone().prop_map(|g| Event::Frame(g, COUNTS)),
        2 => (generation.clone(), code).prop_map(|(g, code)| Event::Closed(g, code)),
        1 => (generation, answer).prop_map(|(g, answer)| Event::Answer(g, answer)),
        2 => Just(Event::Woken),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Seen from the server and from the browser: never two sockets at once, a
    /// view id is never sent again without `again` once it was connected, no
    /// socket is opened for nobody, none outlives a minute hidden, and
    /// generations only rise. A page that shows the post to somebody has a
    /// socket or waits for one, unless it was told not to come back. The timer
    /// never spins, and the counter says "live" only while there is a socket.
    #[test]
    fn whatever_happens_there_is_at_most_one_socket(
        visible in any::<bool>(),
        events in prop::collection::vec((any_event(), 0u64..40_000), 1..80),
    ) {
        let mut page = Page::new(visible);
        let mut socket = None;
        let mut newest = Generation(0);
        let mut connected = std::collections::HashSet::new();
        let (mut shown, mut hidden_since) = (false, (!visible).then_some(Duration::ZERO));
        let (mut in_cache, mut ended, mut live) = (false, false, false);
        for (event, wait) in events {
            page.now += Duration::from_millis(wait);
            if let Event::Closed(closed, code) = &event
                && socket.is_some_and(|(open, _)| open == *closed)
            {
                socket = None;
                ended |= *code == close_code::REPLACED;
            }
            if let Event::Answer(_, Answer::Unknown) = &event {
                // It may have been asked, or not: nothing is demanded then.
                ended = true;
            }
            if let Event::Frame(from, _) = &event
                && let Some((open, Some(view))) = socket
                && open == *from
            {
                connected.insert(view);
            }
            match event {
                Event::Shown => {
                    ended &= shown;
                    in_cache &= shown;
                    shown = true;
                }
                Event::Left => shown = false,
                Event::Visible => hidden_since = None,
                Event::Hidden => hidden_since = hidden_since.or(Some(page.now)),
                Event::PageHide => in_cache = true,
                Event::PageRestored => (in_cache, ended) = (false, false),
                _ => {}
            }
            let woken = event == Event::Woken;
            let ends = matches!(event, Event::Left | Event::PageHide);
            for action in page.on(event) {
                match action {
                    Action::Open { generation, handshake } => {
                        prop_assert!(socket.is_none(), "two sockets");
                        prop_assert!(shown && hidden_since.is_none(), "a socket for nobody");
                        prop_assert!(generation > newest);
                        newest = generation;
                        let view = match handshake {
                            Handshake::Reader { view, again } => {
                                prop_assert_eq!(again, connected.contains(&view));
                                Some(view)
                            }
                            Handshake::Watcher => None,
                        };
                        socket = Some((generation, view));
                    }
                    Action::Close(generation) => {
                        prop_assert_eq!(socket.map(|(open, _)| open), Some(generation));
                        socket = None;
                    }
                    Action::Probe(generation) => {
                        prop_assert_eq!(socket.map(|(open, _)| open), Some(generation));
                    }
                    Action::AskWhy(_) => {
                        prop_assert!(socket.is_none() && hidden_since.is_none());
                    }
                    Action::Show(_) => {
                        prop_assert!(socket.is_some());
                        live = true;
                    }
                    Action::ShowLost => {
                        prop_assert!(live, "said twice");
                        prop_assert!(shown && hidden_since.is_none(), "to nobody");
                        live = false;
                    }
                }
            }
            prop_assert!(!ends || socket.is_none(), "still open after leaving");
            prop_assert!(
                !live || socket.is_some() || !shown || hidden_since.is_some() || in_cache,
                "live without a socket, before somebody's eyes"
            );
            let too_long = hidden_since.is_some_and(|since| since + HIDDEN_MOST <= page.now);
            prop_assert!(!(woken && too_long) || socket.is_none(), "hidden for a minute");
            let wakes_at = page.lifecycle.wakes_at();
            prop_assert!(!woken || wakes_at.is_none_or(|at| at > page.now), "spins");
            let excused = in_cache || ended;
            prop_assert!(
                !(shown && hidden_since.is_none()) || excused || wakes_at.is_some(),
                "a page before somebody's eyes waits for nothing"
            );
        }
    }
}
