//! The title of a document.

use leptos::prelude::*;
use leptos_meta::Title;

/// The title of the page that is shown: any text.
#[component]
pub(super) fn PageTitle(text: String) -> impl IntoView {
    view! { <Title text=as_title(text) /> }
}

/// What [`Title`] puts into the server's HTML as it is: a title that ends the
/// element would go on as a part of the page.
#[cfg(feature = "ssr")]
fn as_title(text: String) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// In the browser it sets the title, which is text.
#[cfg(not(feature = "ssr"))]
fn as_title(text: String) -> String {
    text
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::as_title;

    #[test]
    fn a_title_cannot_end_its_element() {
        let title = "Tips &lt; tricks </title><script>";
        assert_eq!(
            as_title(title.to_owned()),
            "Tips &amp;lt; tricks &lt;/title>&lt;script>"
        );
    }
}
