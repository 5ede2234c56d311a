//! Google Analytics: the CSV of a report or an exploration, with remarks that begin with `#`
//! above each of its tables, and the answers of its data API.
//! <https://support.google.com/analytics/answer/9317657>

use super::Format;

/// Universal Analytics, which was shut in 2024: Behaviour → Site content → All pages.
pub(super) const UNIVERSAL: Format = Format {
    name: "Universal Analytics' pages",
    needs: &[
        &["page", "pageviews", "unique pageviews"],
        &["pagepath", "pageviews"],
    ],
    path: &["page", "pagepath"],
    host: &["hostname"],
    views: &["pageviews"],
    day: &["date"],
    ..Format::EMPTY
};

/// Google Analytics 4: Engagement → Pages and screens.
pub(super) const GA4: Format = Format {
    name: "Google Analytics' pages",
    needs: &[
        &["page path and screen class", "views"],
        &["page path + query string and screen class", "views"],
        &["page path + query string", "views"],
        &["page path", "views"],
        &["page location", "views"],
        &["full page url", "views"],
        &["pagepath", "screenpageviews"],
        &["pagepathplusquerystring", "screenpageviews"],
        &["fullpageurl", "screenpageviews"],
        &["unifiedpagepathscreen", "screenpageviews"],
    ],
    path: &[
        "full page url",
        "fullpageurl",
        "page location",
        "page path",
        "page path and screen class",
        "page path + query string",
        "page path + query string and screen class",
        "pagepath",
        "pagepathplusquerystring",
        "unifiedpagepathscreen",
    ],
    host: &["hostname", "host name"],
    views: &["views", "screenpageviews"],
    day: &["date"],
    ..Format::EMPTY
};
