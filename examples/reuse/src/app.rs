//! The pages, for both targets.

use crate::recipe::{RECIPES, Recipe};
use leptos::prelude::*;
use leptos_meta::{MetaTags, Stylesheet, Title, provide_meta_context};
use leptos_router::{
    components::{A, Route, Router, Routes},
    hooks::use_params_map,
    path,
};
use view_counter::{
    CounterMeta, Counts, LiveVisitors, Reading, ReadingState, SlugCounts, ViewCounter, use_reading,
    wording,
};

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/icon.svg" />
                // Where the counting routes are, if they have a prefix.
                <CounterMeta />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Stylesheet id="leptos" href="/pkg/recipes.css" />
        <Title formatter=|title: String| format!("{title} · Slow Kitchen") />
        <Router>
            <header>
                <A href="/">"Slow Kitchen"</A>
                // In the layout: on every page, and never a second socket.
                <LiveVisitors />
            </header>
            <main>
                <Routes fallback=NotFound>
                    <Route path=path!("/") view=Home />
                    <Route path=path!("/recipes/:slug") view=RecipePage />
                </Routes>
            </main>
        </Router>
    }
}

/// All recipes, with the views of each.
#[component]
fn Home() -> impl IntoView {
    // Blocking: the numbers are in the page that the server sends.
    let views = Resource::new_blocking(|| (), |()| views());
    let list = move || {
        Suspend::new(async move {
            // Without numbers there are still recipes.
            let views = views.await.unwrap_or_default();
            let entries = RECIPES.iter().map(|recipe| entry(recipe, &views));
            entries.collect_view()
        })
    };
    view! {
        <Title text="Recipes" />
        <h1>"What is cooking?"</h1>
        <Suspense>
            <ul class="recipes">{list}</ul>
        </Suspense>
    }
}

fn entry(recipe: &'static Recipe, views: &[SlugCounts]) -> impl IntoView + use<> {
    let views = views.iter().find(|of| of.slug.as_str() == recipe.slug);
    let views = views.map(|of| wording::views(of.counts.total));
    view! {
        <li>
            <A href=recipe.path()>{recipe.title}</A>
            <span class="views">{views}</span>
            <p>{recipe.about}</p>
        </li>
    }
}

/// The numbers of all recipes, asked for at once.
#[server]
async fn views() -> Result<Vec<SlugCounts>, ServerFnError> {
    let counter = expect_context::<view_counter::Counter>();
    let slugs = crate::slugs().map_err(ServerFnError::new)?;
    let counts = counter.hub().counts_of(slugs).await;
    counts.map_err(ServerFnError::new)
}

#[component]
fn RecipePage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.read().get("slug").unwrap_or_default());
    // The router keeps this component from one recipe to the next, and what counts with it:
    // it reads the slug, and the next recipe is another view.
    view! {
        <Show when=move || Recipe::named(&slug.read()).is_some() fallback=NotFound>
            <article>
                <h1>{move || title(&slug.read())}</h1>
                <Company slug />
                <p class="facts">
                    {move || minutes(&slug.read())} " minutes, "
                    // The component, and all that it takes.
                    <ViewCounter slug /> " so far"
                </p>
                {move || Recipe::named(&slug.read()).map(full)}
            </article>
        </Show>
    }
}

fn title(slug: &str) -> Option<&'static str> {
    Recipe::named(slug).map(|recipe| recipe.title)
}

fn minutes(slug: &str) -> Option<u32> {
    Recipe::named(slug).map(|recipe| recipe.minutes)
}

fn full(recipe: &'static Recipe) -> impl IntoView {
    let next = recipe.next();
    let items = |texts: &'static [&'static str]| {
        let items = texts.iter().map(|text| view! { <li>{*text}</li> });
        items.collect_view()
    };
    view! {
        <Title text=recipe.title />
        <ul>{items(recipe.ingredients)}</ul>
        <ol>{items(recipe.steps)}</ol>
        <p class="next">
            "Next: " <A href=next.path()>{next.title}</A>
        </p>
    }
}

/// The hook under the component, for words and markup of one's own. On a page that has both
/// they share a socket, and are one view.
#[component]
fn Company(#[prop(into)] slug: Signal<String>) -> impl IntoView {
    let reading = use_reading(slug, None);
    view! {
        <p class="company" data-state=move || reading.get().state.name()>
            {move || company(reading.get())}
        </p>
    }
}

fn company(reading: Reading) -> String {
    match (reading.state, reading.counts) {
        (ReadingState::Live, Some(Counts { live, .. })) => match live.saturating_sub(1) {
            0 => "Nobody else is cooking this right now.".into(),
            1 => "Somebody else is cooking this right now.".into(),
            others => format!(
                "{} others are cooking this right now.",
                wording::grouped(others)
            ),
        },
        (ReadingState::Lost, _) => "Who else is cooking this cannot be seen right now.".into(),
        // The server cannot know who is alone, and the style sheet keeps room for the line.
        _ => String::new(),
    }
}

#[component]
fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text="Not found" />
        <h1>"There is no such recipe"</h1>
        <p>
            <A href="/">"Those that there are"</A>
        </p>
    }
}
