//! `<OptOut/>`: lets a site's owner leave a browser out of the counts, by
//! opening any page with `#ignore-me` at the end of its address.
//!
//! It asks first. Anyone can put such an address into a link, and nobody is to
//! be left out by following one.

use leptos::{html, prelude::*};

/// What the notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "a server shows no notice: it knows no browser")
)]
enum Notice {
    /// Nothing: this browser counts, and nobody asked.
    None,
    /// Whether to leave this browser out.
    Question,
    /// That it is left out.
    LeftOut,
    /// That it cannot be, because it stores nothing.
    Impossible,
}

/// What a button says, and whether it leaves this browser out.
type Answer = (&'static str, bool);

impl Notice {
    /// The notice's text, and the buttons below it.
    fn content(self) -> Option<(&'static str, &'static [Answer])> {
        match self {
            Self::None => None,
            Self::Question => Some((
                "Leave this browser out of the counts? You will still see the numbers.",
                &[
                    ("Leave this browser out", true),
                    ("Keep counting it", false),
                ],
            )),
            Self::LeftOut => Some((
                "This browser is left out of the counts.",
                &[("Count this browser again", false)],
            )),
            Self::Impossible => Some((
                "This browser stores nothing for this site, so it cannot be left out.",
                &[("Close", false)],
            )),
        }
    }
}

/// The notice, to be placed once, anywhere on every page. It shows nothing
/// unless it was asked for, or this browser is left out; then it also undoes
/// that.
///
/// The decision is kept in the browser's local storage, under
/// `view-counter-ignore-me`, and only there.
#[component]
pub fn OptOut() -> impl IntoView {
    let notice = RwSignal::new(Notice::None);
    let element = NodeRef::<html::Aside>::new();
    browser::follow(notice, element);
    let button = move |&(label, leave_out): &Answer| {
        let decide = move |_| browser::decide(notice, leave_out);
        view! {
            <button type="button" on:click=decide>
                {label}
            </button>
        }
    };
    let content = move || {
        let (text, answers) = notice.get().content()?;
        let buttons: Vec<_> = answers.iter().map(button).collect();
        Some(view! {
            <p id="opt-out-text">{text}</p>
            {buttons}
        })
    };
    view! {
        <aside
            class="opt-out"
            aria-label="Counting this browser"
            aria-describedby="opt-out-text"
            tabindex="-1"
            hidden=move || notice.get() == Notice::None
            node_ref=element
        >
            {content}
        </aside>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Notice;
    use crate::counter::{browser::exclusion, lifecycle::Role};
    use leptos::{ev, html, prelude::*, web_sys::HtmlElement};
    use leptos_router::location::{BrowserUrl, LocationProvider};
    use wasm_bindgen::JsCast;

    /// Shows what was decided, and asks when the address asks.
    pub(super) fn follow(notice: RwSignal<Notice>, element: NodeRef<html::Aside>) {
        let show = move |address_asks: bool| {
            let next = match exclusion::role() {
                Role::Watcher => Notice::LeftOut,
                Role::Reader if address_asks => Notice::Question,
                Role::Reader => Notice::None,
            };
            if notice.get_untracked() != next {
                notice.set(next);
                if next == Notice::Question {
                    // Who asked is answered, also where it is not seen.
                    focus(move || element.get_untracked()?.dyn_into().ok());
                }
            }
        };
        let router = use_context::<BrowserUrl>();
        // After hydration: until then the page is the server's. And whenever
        // the router goes somewhere, of which the browser does not tell.
        Effect::new(move |_| {
            show(match &router {
                Some(router) => exclusion::asks(router.as_url().read().hash()),
                None => exclusion::address_asks(),
            });
        });
        let again = move || show(exclusion::address_asks());
        let asked = window_event_listener(ev::hashchange, move |_| again());
        // Another tab decided; of which a page in the back/forward cache is not
        // told.
        let decided = window_event_listener(ev::storage, move |_| again());
        let restored = window_event_listener(ev::pageshow, move |_| again());
        on_cleanup(move || {
            asked.remove();
            decided.remove();
            restored.remove();
        });
    }

    /// Does as the owner says.
    pub(super) fn decide(notice: RwSignal<Notice>, leave_out: bool) {
        let wish = if leave_out {
            Role::Watcher
        } else {
            Role::Reader
        };
        let next = match exclusion::decide(wish) {
            Role::Watcher => Notice::LeftOut,
            Role::Reader if leave_out => Notice::Impossible,
            Role::Reader => Notice::None,
        };
        notice.set(next);
        // The button that was pressed is gone, and the keyboard's place with it.
        let place = if next == Notice::None {
            "main"
        } else {
            ".opt-out"
        };
        focus(move || {
            let found = document().query_selector(place).ok()??;
            found.dyn_into().ok()
        });
    }

    /// Moves the keyboard there, when what was changed is on the page.
    fn focus(place: impl FnOnce() -> Option<HtmlElement> + 'static) {
        request_animation_frame(move || {
            if let Some(element) = place() {
                let _ = element.focus();
            }
        });
    }
}

/// A server knows no browser.
#[cfg(not(feature = "hydrate"))]
mod browser {
    use super::Notice;
    use leptos::{html, prelude::*};

    pub(super) fn follow(_: RwSignal<Notice>, _: NodeRef<html::Aside>) {}

    pub(super) fn decide(_: RwSignal<Notice>, _: bool) {}
}
