//! The notice of [`OptOut`](crate::counter::opt_out::OptOut), in its element. It is written
//! without Leptos' help: it shows nothing to most, and everybody loads it.

use super::exclusion;
use crate::counter::lifecycle::Role;
use leptos::{html, prelude::*};
use leptos_router::location::{BrowserUrl, LocationProvider};
use send_wrapper::SendWrapper;
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, EventTarget, HtmlElement};

/// What the notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing: this browser counts, and nobody asked.
    None,
    /// Whether to leave this browser out.
    Question,
    /// That it is left out.
    LeftOut,
    /// That it cannot be, because it stores nothing.
    Impossible,
}

impl State {
    /// The HTML of the notice. A button's value is the role that it gives this browser.
    fn html(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Question => {
                "<p id=\"opt-out-text\">Leave this browser out of the counts? You will still see \
                 the numbers.</p>\
                 <button type=\"button\" value=\"watcher\">Leave this browser out</button>\
                 <button type=\"button\" value=\"reader\">Keep counting it</button>"
            }
            Self::LeftOut => {
                "<p id=\"opt-out-text\">This browser is left out of the counts.</p>\
                 <button type=\"button\" value=\"reader\">Count this browser again</button>"
            }
            Self::Impossible => {
                "<p id=\"opt-out-text\">This browser stores nothing for this site, so it cannot \
                 be left out.</p>\
                 <button type=\"button\" value=\"reader\">Close</button>"
            }
        }
    }
}

/// The notice without the component, for an application that navigates without
/// leptos_router: it says when there is another address.
pub struct Notice {
    element: HtmlElement,
    state: Cell<State>,
    _listeners: Vec<Listener>,
}

struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn Fn(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let listener = self.closure.as_ref().unchecked_ref();
        let _ = self
            .target
            .remove_event_listener_with_callback(self.name, listener);
    }
}

impl Notice {
    /// A notice in an element of its own, at the end of the page, for as long as the page
    /// lives. `None` if the document takes none.
    pub fn append_to_body() -> Option<Rc<Self>> {
        let element = document().create_element("aside").ok()?;
        for (name, value) in [
            ("class", "opt-out"),
            ("aria-label", "Counting this browser"),
            ("aria-describedby", "opt-out-text"),
            ("tabindex", "-1"),
            ("hidden", ""),
        ] {
            element.set_attribute(name, value).ok()?;
        }
        document().body()?.append_child(&element).ok()?;
        let notice = Self::in_element(element.dyn_into().ok()?);
        notice.update();
        Some(notice)
    }

    /// A notice in this element, which says nothing yet.
    fn in_element(element: HtmlElement) -> Rc<Self> {
        Rc::new_cyclic(|this: &std::rc::Weak<Self>| {
            let on = |target: &EventTarget, name, then: fn(&Self, &Event)| {
                let this = this.clone();
                let closure = Closure::<dyn Fn(Event)>::new(move |event| {
                    if let Some(this) = this.upgrade() {
                        then(&this, &event);
                    }
                });
                let listener = closure.as_ref().unchecked_ref();
                // It fails for no name and target that exist.
                let _ = target.add_event_listener_with_callback(name, listener);
                Listener {
                    target: target.clone(),
                    name,
                    closure,
                }
            };
            let window = window();
            let listeners = vec![
                on(&element, "click", Self::clicked),
                on(&window, "hashchange", |this, _| this.update()),
                // Another tab decided; of which a page in the back/forward cache is not told.
                on(&window, "storage", |this, _| this.update()),
                on(&window, "pageshow", |this, _| this.update()),
            ];
            Self {
                element,
                state: Cell::new(State::None),
                _listeners: listeners,
            }
        })
    }

    /// Shows what was decided, and asks when the address in the address bar asks. To be called
    /// after each navigation.
    pub fn update(&self) {
        self.show(exclusion::address_asks());
    }

    fn show(&self, address_asks: bool) {
        let next = match exclusion::role() {
            Role::Watcher => State::LeftOut,
            Role::Reader if address_asks => State::Question,
            Role::Reader => State::None,
        };
        if self.state.get() != next {
            self.set_state(next);
            if next == State::Question {
                // Who asked is answered, also where it is not seen.
                focus(self.element.clone());
            }
        }
    }

    fn set_state(&self, state: State) {
        self.state.set(state);
        self.element.set_inner_html(state.html());
        self.element.set_hidden(state == State::None);
    }

    /// Does as the owner says, if a button was clicked.
    fn clicked(&self, click: &Event) {
        let target = click
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|target| target.closest("button").ok()?);
        let Some(value) = button.and_then(|button| button.get_attribute("value")) else {
            return;
        };
        let leave_out = value == "watcher";
        let wish = match leave_out {
            true => Role::Watcher,
            false => Role::Reader,
        };
        let next = match exclusion::decide(wish) {
            Role::Watcher => State::LeftOut,
            Role::Reader if leave_out => State::Impossible,
            Role::Reader => State::None,
        };
        self.set_state(next);
        // The button that was pressed is gone, and the keyboard's place with it.
        let main = || document().query_selector("main").ok()??.dyn_into().ok();
        focus(match next {
            State::None => main().unwrap_or_else(|| self.element.clone()),
            _ => self.element.clone(),
        });
    }
}

/// Moves the keyboard there, when what was changed is on the page.
fn focus(element: HtmlElement) {
    request_animation_frame(move || {
        let _ = element.focus();
    });
}

/// Keeps the notice in this element, once it is on the page, until the current owner is
/// cleaned up.
pub(in crate::counter) fn fill(element: NodeRef<html::Aside>) {
    let router = use_context::<BrowserUrl>();
    // There is one thread; the wrapper only says so to the compiler.
    let notice = SendWrapper::new(std::cell::OnceCell::<Rc<Notice>>::new());
    // After hydration: until then the page is the server's. And whenever the router goes
    // somewhere, of which the browser does not tell.
    Effect::new(move |_| {
        let asks = match &router {
            Some(router) => exclusion::asks(router.as_url().read().hash()),
            None => exclusion::address_asks(),
        };
        if let Some(element) = element.get() {
            let element: &HtmlElement = element.as_ref();
            let notice = notice.get_or_init(|| Notice::in_element(element.clone()));
            notice.show(asks);
        }
    });
}
