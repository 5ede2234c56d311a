//! Any sequence of events, and what must hold after every one of them.

use super::*;
use proptest::prelude::*;

fn any_event() -> impl Strategy<Value = Event> {
    let generation = (0u64..12).prop_map(Generation);
    let role = prop_oneof![Just(Role::Reader), Just(Role::Watcher)];
    let code = prop_oneof![
        Just(ABNORMAL),
        Just(1000),
        Just(1001),
        Just(1012),
        Just(4001)
    ];
    let answer = prop_oneof![
        Just(Refusal::Unknown),
        Just(Refusal::Other),
        Just(Refusal::Numbers(COUNTS)),
        (0u64..200).prop_map(|s| Refusal::Wait(s * SECOND)),
    ];
    prop_oneof![
        1 => Just(Event::Shown),
        1 => Just(Event::Removed),
        1 => Just(Event::Leaving),
        1 => Just(Event::Arrived),
        1 => Just(Event::Stayed),
        1 => Just(Event::Visible),
        1 => Just(Event::Hidden),
        1 => Just(Event::Online),
        1 => Just(Event::PageHide),
        1 => Just(Event::PageRestored),
        1 => role.prop_map(Event::Role),
        3 => generation.clone().prop_map(|g| Event::Frame(g, COUNTS)),
        2 => (generation.clone(), code).prop_map(|(g, code)| Event::Closed(g, code)),
        1 => (generation, answer).prop_map(|(g, answer)| Event::Refused(g, answer)),
        2 => Just(Event::Woken),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Seen from the server and from the browser: never two sockets at once, one view id
    /// in each showing of the page, and never again without `again` once it was connected.
    /// No socket is opened for nobody; none outlives a minute hidden, or half a second
    /// without a counter. Generations only rise. A page that shows the post to somebody has
    /// a socket or waits for one, unless it was told not to come back. The timer never
    /// spins, and numbers without a socket are called live for two seconds at most.
    #[test]
    fn whatever_happens_there_is_at_most_one_socket(
        visible in any::<bool>(),
        events in prop::collection::vec((any_event(), 0u64..40_000), 1..80),
    ) {
        let mut page = Page::new(visible);
        let mut socket = None;
        let mut newest = Generation(0);
        let mut connected = std::collections::HashSet::new();
        let (mut shown, mut hidden_since) = (false, (!visible).then_some(0));
        let (mut removed_since, mut leaving_since) = (None, None);
        let (mut in_cache, mut ended, mut live) = (false, false, false);
        let (mut showing_id, mut not_live_since) = (None, None);
        for (event, wait) in events {
            page.now += wait;
            if let Event::Closed(closed, code) = &event
                && socket.is_some_and(|(open, _)| open == *closed)
            {
                socket = None;
                ended |= *code == close_code::REPLACED;
            }
            if let Event::Frame(from, _) = &event
                && let Some((open, Some(view))) = socket
                && open == *from
            {
                connected.insert(view);
            }
            match event {
                Event::Shown => {
                    (shown, removed_since) = (true, None);
                }
                Event::Removed => {
                    if shown {
                        removed_since = Some(page.now);
                    }
                    shown = false;
                }
                Event::Leaving => leaving_since = Some(page.now),
                Event::Stayed => leaving_since = None,
                Event::Arrived | Event::PageRestored => {
                    (in_cache, ended, showing_id) = (false, false, None);
                    (leaving_since, removed_since) = (None, None);
                }
                Event::Visible => hidden_since = None,
                Event::Hidden => hidden_since = hidden_since.or(Some(page.now)),
                Event::PageHide => {
                    (in_cache, ended, leaving_since, showing_id) = (true, false, None, None);
                }
                _ => {}
            }
            let woken = event == Event::Woken;
            let ends = matches!(event, Event::Leaving | Event::PageHide);
            if woken && leaving_since.is_some_and(|since| since + LEAVING_TIMEOUT <= page.now) {
                leaving_since = None;
            }
            for action in page.on(event) {
                match action {
                    Action::Open { generation, handshake } => {
                        prop_assert!(socket.is_none(), "two sockets");
                        prop_assert!(shown && hidden_since.is_none(), "a socket for nobody");
                        prop_assert!(leaving_since.is_none(), "a socket of a page that is left");
                        prop_assert!(generation > newest);
                        newest = generation;
                        let view = match handshake {
                            Handshake::Reader { view, again } => {
                                prop_assert_eq!(again, connected.contains(&view));
                                let of_showing = *showing_id.get_or_insert(view);
                                prop_assert_eq!(of_showing, view, "two views of one showing");
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
                    Action::ProbeRefusal(_) => {
                        prop_assert!(socket.is_none() && hidden_since.is_none());
                    }
                    Action::Show(_) => {
                        prop_assert!(socket.is_some());
                        live = true;
                    }
                    Action::ShowStale(_) => {
                        prop_assert!(socket.is_none());
                        live = false;
                    }
                    Action::ShowLost => {
                        prop_assert!(live, "said twice");
                        prop_assert!(shown && hidden_since.is_none(), "to nobody");
                        live = false;
                    }
                }
            }
            prop_assert!(!ends || socket.is_none(), "still open after leaving");
            let is_read = shown && hidden_since.is_none() && leaving_since.is_none() && !in_cache;
            not_live_since = (live && socket.is_none() && is_read)
                .then(|| not_live_since.unwrap_or(page.now));
            let late = not_live_since.is_some_and(|since: Millis| since + LOST_GRACE <= page.now);
            prop_assert!(!(woken && late), "live without a socket, before somebody's eyes");
            let hidden = hidden_since.is_some_and(|since| since + MAX_HIDDEN <= page.now);
            prop_assert!(!(woken && hidden) || socket.is_none(), "hidden for a minute");
            let removed = removed_since.is_some_and(|since| since + REMOVAL_GRACE <= page.now);
            prop_assert!(!(woken && removed) || socket.is_none(), "without a counter");
            let wakes_at = page.lifecycle.wakes_at();
            prop_assert!(!woken || wakes_at.is_none_or(|at| at > page.now), "spins");
            prop_assert!(
                !is_read || ended || wakes_at.is_some(),
                "a page before somebody's eyes waits for nothing"
            );
        }
    }
}
