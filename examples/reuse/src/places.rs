//! Not a page for readers: each component of the counter in each place where a view may stand.
//! The tests hydrate it, since what goes wrong there stops all of an application's scripts.

use leptos::prelude::*;
use leptos_router::components::Outlet;
use view_counter::{LiveVisitors, OptOut, ViewCounter};

/// The slug of all these counters.
const SLUG: &str = "shakshuka";

/// The layout around the page below.
#[component]
pub fn PlacesLayout() -> impl IntoView {
    view! {
        "Before " <ViewCounter slug=SLUG /> " between " <LiveVisitors /> <Outlet /> <OptOut />
        " after"
    }
}

/// The page in the layout.
#[component]
pub fn Places() -> impl IntoView {
    let (shown, set_shown) = signal(true);
    let word = move || if shown.get() { "shown" } else { "hidden" };
    let none = None::<&str>;
    let items = [1, 2];
    view! {
        <h1>"Places"</h1>
        <p id="texts">"Read: " <ViewCounter slug=SLUG /> ", by " <LiveVisitors /> "."</p>
        <p id="closures">{word} <ViewCounter slug=SLUG /> {word} <LiveVisitors /> {word}</p>
        <p id="options">
            {none} <ViewCounter slug=SLUG /> {Some("some")} <LiveVisitors /> {none}
        </p>
        <p id="optional">
            "a " {Some(view! { <ViewCounter slug=SLUG /> })} " b "
            {Some(view! { <LiveVisitors /> })} " c"
        </p>
        <p id="elements">
            <b>"Read: "</b>
            <ViewCounter slug=SLUG />
            <i>", by "</i>
            <LiveVisitors />
            <b>"."</b>
        </p>
        <p id="any">
            "a " {view! { <ViewCounter slug=SLUG /> }.into_any()} " b "
            {view! { <LiveVisitors /> }.into_any()} " c"
        </p>
        <p id="show">
            "a "
            <Show when=move || shown.get() fallback=|| "nothing">
                "b " <ViewCounter slug=SLUG /> " c " <LiveVisitors /> " d"
            </Show> " e"
        </p>
        <ul id="for">
            <For each=move || items key=|item| *item let:item>
                <li>{item} ": " <ViewCounter slug=SLUG /> ", " <LiveVisitors /> "."</li>
            </For>
        </ul>
        <div id="suspense">
            "a "
            <Suspense fallback=|| "…">
                "b "
                {move || Suspend::new(async move {
                    view! { "c " <ViewCounter slug=SLUG /> " d " <LiveVisitors /> " e" }
                })} " f"
            </Suspense> " g"
        </div>
        <button on:click=move |_| set_shown.update(|shown| *shown = !*shown)>"Show or hide"</button>
    }
}
