//! The places, each on a page of its own.

use crate::{SLUGS, app::Shown};
use leptos::prelude::*;
use leptos_router::{
    components::{A, Outlet},
    hooks::use_params_map,
};
use view_counter::{LiveVisitors, OptOut, ViewCounter, use_reading, use_visitors};

/// The slug that is shown.
fn slug() -> Signal<String> {
    expect_context::<Shown>().0.into()
}

/// No counter.
#[component]
pub fn Home() -> impl IntoView {
    let posts = SLUGS.map(|slug| view! { <A href=format!("/posts/{slug}")>{slug}</A> });
    view! {
        <h1>"Home"</h1>
        {posts.into_iter().collect_view()}
        <A href="/together">"Together"</A>
    }
}

#[component]
pub fn Texts() -> impl IntoView {
    view! {
        <h1>"Texts"</h1>
        <p>"Read: " <ViewCounter slug=slug() /> "."</p>
        <p>"Here: " <LiveVisitors /> "!"</p>
    }
}

#[component]
pub fn Elements() -> impl IntoView {
    view! {
        <h1>"Elements"</h1>
        <p>
            <b>"before"</b>
            <ViewCounter slug=slug() />
            <b>"between"</b>
            <LiveVisitors />
            <b>"after"</b>
        </p>
    }
}

#[component]
pub fn Closures() -> impl IntoView {
    let slug = slug();
    view! {
        <h1>"Closures"</h1>
        <p>
            {move || format!("before {} ", slug.get())} <ViewCounter slug />
            {move || format!(" between {} ", slug.get())} <LiveVisitors />
            {move || format!(" after {}", slug.get())}
        </p>
    }
}

/// Called again for each slug, for the same element.
#[component]
pub fn Again() -> impl IntoView {
    let slug = slug();
    view! {
        <h1>"Again"</h1>
        <p>"Read: " {move || view! { <ViewCounter slug=slug.get() /> }} ", " <LiveVisitors /> "."</p>
    }
}

#[component]
pub fn Options() -> impl IntoView {
    view! {
        <h1>"Options"</h1>
        <p>
            {None::<&str>} <ViewCounter slug=slug() /> {Some(" and ")} <LiveVisitors />
            {None::<&str>}
        </p>
    }
}

/// Taken off the page, and put there again, by a button.
#[component]
pub fn Toggled() -> impl IntoView {
    let is_shown = RwSignal::new(true);
    let slug = slug();
    view! {
        <h1>"Show"</h1>
        <button on:click=move |_| is_shown.update(|is| *is = !*is)>"Toggle"</button>
        <Show when=move || is_shown.get() fallback=|| "nothing">
            "Read: "
            <ViewCounter slug />
            <LiveVisitors />
        </Show>
    }
}

/// A list whose order a button changes, and which another makes shorter.
#[component]
pub fn List() -> impl IntoView {
    let slug = slug();
    let others = RwSignal::new(vec!["three".to_owned()]);
    let all = move || [vec![slug.get()], others.get()].concat();
    let is_reversed = RwSignal::new(false);
    let ordered = move || {
        let mut all = all();
        if is_reversed.get() {
            all.reverse();
        }
        all
    };
    view! {
        <h1>"For"</h1>
        <button on:click=move |_| is_reversed.set(true)>"Reverse"</button>
        <button on:click=move |_| others.set(Vec::new())>"Shorten"</button>
        <ul>
            <For each=ordered key=String::clone let(slug)>
                <li>
                    {slug.clone()} ": " <ViewCounter slug />
                </li>
            </For>
        </ul>
        <LiveVisitors />
    }
}

/// What the server knows only after a while.
#[server]
async fn title() -> Result<String, ServerFnError> {
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    Ok("A title".to_owned())
}

#[component]
pub fn Awaited() -> impl IntoView {
    let title = Resource::new(|| (), |()| title());
    let slug = slug();
    let text = move || {
        Suspend::new(async move {
            let title = title.await.unwrap_or_default();
            view! {
                "About "
                {title}
                ": "
                <ViewCounter slug />
                " and "
                <LiveVisitors />
            }
        })
    };
    view! {
        <h1>"Suspense"</h1>
        <p>
            <Suspense fallback=|| "waiting">{text}</Suspense>
        </p>
    }
}

#[component]
pub fn Erased() -> impl IntoView {
    let counter = view! { <ViewCounter slug=slug() /> }.into_any();
    let visitors = view! { <LiveVisitors /> }.into_any();
    view! {
        <h1>"Any"</h1>
        <p>"Read: " {counter} ", here: " {visitors} "."</p>
    }
}

/// Markup of the application's own.
#[component]
pub fn Hooks() -> impl IntoView {
    let reading = use_reading(slug(), None);
    let visitors = use_visitors(None);
    let total = move || reading.get().counts.map(|counts| counts.total);
    view! {
        <h1>"Hooks"</h1>
        <p>"Total: " <b id="total">{total}</b> ", here: " <b>{move || visitors.get().visitors}</b></p>
    }
}

#[component]
pub fn Outer() -> impl IntoView {
    view! {
        <h1>"Outlet"</h1>
        "Here: "
        <LiveVisitors />
        <Outlet />
        "."
    }
}

#[component]
pub fn Inner() -> impl IntoView {
    view! {
        "Inner: "
        <Outlet />
    }
}

#[component]
pub fn Leaf() -> impl IntoView {
    view! { "Read: " <ViewCounter slug=slug() /> "." }
}

/// The layout around [`Together`].
#[component]
pub fn Around() -> impl IntoView {
    view! {
        "Before " <ViewCounter slug=slug() /> " between " <LiveVisitors /> <Outlet /> <OptOut />
        " after"
    }
}

/// All places on one page, whose counters are one view.
#[component]
pub fn Together() -> impl IntoView {
    let slug = slug();
    let (shown, set_shown) = signal(true);
    let word = move || if shown.get() { "shown" } else { "hidden" };
    let none = None::<&str>;
    let items = [1, 2];
    view! {
        <h1>"Together"</h1>
        <p id="texts">"Read: " <ViewCounter slug /> ", by " <LiveVisitors /> "."</p>
        <p id="closures">{word} <ViewCounter slug /> {word} <LiveVisitors /> {word}</p>
        <p id="options">{none} <ViewCounter slug /> {Some("some")} <LiveVisitors /> {none}</p>
        <p id="optional">
            "a " {Some(view! { <ViewCounter slug /> })} " b "
            {Some(view! { <LiveVisitors /> })} " c"
        </p>
        <p id="elements">
            <b>"Read: "</b>
            <ViewCounter slug />
            <i>", by "</i>
            <LiveVisitors />
            <b>"."</b>
        </p>
        <p id="any">
            "a " {view! { <ViewCounter slug /> }.into_any()} " b "
            {view! { <LiveVisitors /> }.into_any()} " c"
        </p>
        <p id="show">
            "a "
            <Show when=move || shown.get() fallback=|| "nothing">
                "b " <ViewCounter slug /> " c " <LiveVisitors /> " d"
            </Show> " e"
        </p>
        <ul id="for">
            <For each=move || items key=|item| *item let:item>
                <li>{item} ": " <ViewCounter slug /> ", " <LiveVisitors /> "."</li>
            </For>
        </ul>
        <div id="suspense">
            "a "
            <Suspense fallback=|| "…">
                "b "
                {move || Suspend::new(async move {
                    view! { "c " <ViewCounter slug /> " d " <LiveVisitors /> " e" }
                })} " f"
            </Suspense> " g"
        </div>
        <button on:click=move |_| set_shown.update(|shown| *shown = !*shown)>"Show or hide"</button>
    }
}

/// A post, in the usual way: one instance of the component for all of them.
#[component]
pub fn Post() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.read().get("slug").unwrap_or_default());
    let links = SLUGS.map(|slug| view! { <A href=format!("/posts/{slug}")>{slug}</A> });
    view! {
        <h1>{slug}</h1>
        {links.into_iter().collect_view()}
        <p>"Read: " <ViewCounter slug /> "."</p>
    }
}
