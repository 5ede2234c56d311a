//! `<OptOut/>`: lets a site's owner leave a browser out of the counts, by
//! opening any page with `#ignore-me` at the end of its address.
//!
//! It asks first. Anyone can put such an address into a link, and nobody is to
//! be left out by following one.

use leptos::{either::EitherOf3, html, prelude::*};

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
    #[cfg(feature = "hydrate")]
    browser::follow(notice);
    let decide = move |leave_out: bool| {
        #[cfg(feature = "hydrate")]
        browser::decide(notice, leave_out);
        #[cfg(not(feature = "hydrate"))]
        let _ = leave_out;
        // The button that was pressed is gone, and the keyboard's place with it.
        if let Some(element) = element.get_untracked() {
            let _ = element.focus();
        }
    };
    let text = move || match notice.get() {
        Notice::None => EitherOf3::A(()),
        Notice::Question => EitherOf3::B(view! {
            <p>"Leave this browser out of the counts? You will still see the numbers."</p>
            <button type="button" on:click=move |_| decide(true)>
                "Leave this browser out"
            </button>
            <button type="button" on:click=move |_| decide(false)>
                "Keep counting it"
            </button>
        }),
        Notice::LeftOut => EitherOf3::C(view! {
            <p>"This browser is left out of the counts."</p>
            <button type="button" on:click=move |_| decide(false)>
                "Count this browser again"
            </button>
        }),
    };
    view! {
        <aside
            class="opt-out"
            aria-label="Counting this browser"
            tabindex="-1"
            hidden=move || notice.get() == Notice::None
            node_ref=element
        >
            {text}
        </aside>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Notice;
    use crate::counter::{browser::exclusion, lifecycle::Role};
    use leptos::{ev, prelude::*};
    use leptos_router::location::{BrowserUrl, LocationProvider};

    /// Shows what was decided, and asks when the address asks.
    pub(super) fn follow(notice: RwSignal<Notice>) {
        let show = move |address_asks: bool| {
            notice.set(match exclusion::role() {
                Role::Watcher => Notice::LeftOut,
                Role::Reader if address_asks => Notice::Question,
                Role::Reader => Notice::None,
            });
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
        let asked = window_event_listener(ev::hashchange, move |_| show(exclusion::address_asks()));
        on_cleanup(move || asked.remove());
        // Another tab decided.
        let decided = window_event_listener(ev::storage, move |_| show(false));
        on_cleanup(move || decided.remove());
    }

    /// Does as the owner says.
    pub(super) fn decide(notice: RwSignal<Notice>, leave_out: bool) {
        let wish = if leave_out {
            Role::Watcher
        } else {
            Role::Reader
        };
        notice.set(match exclusion::decide(wish) {
            Role::Watcher => Notice::LeftOut,
            Role::Reader => Notice::None,
        });
    }
}
