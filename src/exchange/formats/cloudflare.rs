//! Cloudflare: what its GraphQL API answers of Web Analytics or of a zone's requests, by
//! path. Its dashboard has no export of pages.
//! <https://developers.cloudflare.com/analytics/graphql-api/>

use super::Format;

pub(super) const TOP_PATHS: Format = Format {
    name: "Cloudflare's paths",
    needs: &[
        &["count", "dimensions metric"],
        &["count", "dimensions requestpath"],
        &["count", "dimensions clientrequestpath"],
    ],
    path: &[
        "dimensions requestpath",
        "dimensions clientrequestpath",
        "dimensions metric",
    ],
    host: &["dimensions requesthost", "dimensions clientrequesthttphost"],
    views: &["count"],
    day: &[
        "dimensions date",
        "dimensions datetimehour",
        "dimensions datetime",
        "dimensions ts",
    ],
    note: Some("Cloudflare estimates its numbers from a sample"),
    ..Format::EMPTY
};
