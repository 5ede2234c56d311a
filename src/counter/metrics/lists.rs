//! Gauges of the pages there are, and of the lists that they come from.

use super::{gauged, registered};
use crate::counter::admission::Slugs;
use prometheus::{GaugeVec, IntGauge, IntGaugeVec, Opts, Registry};

/// What a list is called in its series.
const LABEL: &str = "list";

#[derive(Clone, Debug)]
pub(super) struct ListGauges {
    pages: IntGauge,
    list_pages: IntGaugeVec,
    list_age_seconds: GaugeVec,
}

impl ListGauges {
    pub(super) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let pages = IntGauge::new(
            "viewcounter_pages",
            "Pages that are counted if they are read.",
        );
        let list_pages = IntGaugeVec::new(
            Opts::new(
                "viewcounter_list_pages",
                "Pages that are known from a list of --slugs.",
            ),
            &[LABEL],
        );
        let list_age = GaugeVec::new(
            Opts::new(
                "viewcounter_list_age_seconds",
                "Time since a list of --slugs was last read as a whole, or since the start if it never was.",
            ),
            &[LABEL],
        );
        Ok(Self {
            pages: registered(pages, registry)?,
            list_pages: registered(list_pages, registry)?,
            list_age_seconds: registered(list_age, registry)?,
        })
    }

    /// Sets them to what is so now.
    pub(super) fn set(&self, slugs: &Slugs) {
        self.pages.set(gauged(slugs.all().len()));
        for list in &*slugs.lists() {
            let name = [&*list.name];
            let pages = self.list_pages.with_label_values(&name);
            pages.set(gauged(list.pages));
            let age = self.list_age_seconds.with_label_values(&name);
            age.set(list.since.elapsed().as_secs_f64());
        }
    }
}
