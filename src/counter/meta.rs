//! `<CounterMeta/>`: tells the browser where the counting routes are.

use leptos::prelude::*;

/// Tells the browser the prefix of the counting routes, which the server takes from the
/// [`Counter`](super::route::Counter) that it has as context. It belongs in the head of the
/// document, which is around every page, and writes nothing where there is no prefix.
///
/// ```
/// use leptos::prelude::*;
/// use view_counter::CounterMeta;
/// # #[component]
/// # fn App() -> impl IntoView {}
///
/// pub fn shell(options: LeptosOptions) -> impl IntoView {
///     view! {
///         <!DOCTYPE html>
///         <html lang="en">
///             <head>
///                 <CounterMeta />
///                 <HydrationScripts options />
///             </head>
///             <body>
///                 <App />
///             </body>
///         </html>
///     }
/// }
/// ```
#[component]
pub fn CounterMeta() -> impl IntoView {
    #[cfg(feature = "ssr")]
    let prefix = super::rendered::prefix();
    // A browser draws no head.
    #[cfg(not(feature = "ssr"))]
    let prefix = None::<String>;
    prefix.map(|prefix| view! { <meta name="view-counter-prefix" content=prefix /> })
}
