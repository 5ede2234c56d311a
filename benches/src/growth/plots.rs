//! What the plots of the growth show of the report.

use super::{
    CORE, Dimension, FRAME, KERNEL, MEMORY, P50, P99, SAW, SLUG, VISIT, VISIT_AMONG, WINDOW,
};
use crate::{
    plot::{Line, Panel, Plot},
    report::Report,
};

/// The plot of a dimension that has one, and what its file's name ends with.
pub fn plot(dimension: Dimension, report: &Report) -> Option<(&'static str, Plot)> {
    let line = |name, figure, scale: f64| {
        let points = dimension.sizes().iter().filter_map(|&size| {
            let value = report.median(dimension.title(), &dimension.row(size), figure)?;
            Some((f64::from(size), value * scale))
        });
        Line {
            name,
            points: points.collect(),
        }
    };
    let panel = |title, logarithmic, lines| Panel {
        title,
        logarithmic,
        lines,
    };
    let (end, title, sizes_of, panels) = match dimension {
        Dimension::Readers => (
            "readers",
            "What each reader of a slug costs as readers become more, and how long they wait",
            "readers of one slug",
            vec![
                panel(
                    "Memory a reader, kB",
                    false,
                    vec![
                        line("the server’s", MEMORY, 1e-3),
                        line("the kernel’s", KERNEL, 1e-3),
                    ],
                ),
                panel(
                    "CPU a frame, µs",
                    false,
                    vec![line("all included", FRAME, 1.0)],
                ),
                panel(
                    "Time, ms",
                    true,
                    vec![
                        line("window in force", WINDOW, 1.0),
                        line("until all saw a join", SAW, 1.0),
                    ],
                ),
            ],
        ),
        Dimension::Slugs => (
            "slugs",
            "What each slug costs, and each join, as slugs become more",
            "slugs with three readers each",
            vec![
                panel(
                    "Memory a slug, kB",
                    false,
                    vec![line("beyond its readers", SLUG, 1e-3)],
                ),
                panel(
                    "CPU of a visit, µs",
                    false,
                    vec![line("with its frames to three readers", VISIT_AMONG, 1.0)],
                ),
            ],
        ),
        Dimension::Joins => (
            "joins",
            "What joins and leaves cost as they become more a second, and how long each waits",
            "joins a second",
            vec![
                panel(
                    "CPU, % of a core",
                    true,
                    vec![line("of all together", CORE, 1.0)],
                ),
                panel(
                    "CPU, µs",
                    false,
                    vec![line("of a join and a leave", VISIT, 1.0)],
                ),
                panel(
                    "Handshake, ms",
                    true,
                    vec![line("p50", P50, 1.0), line("p99", P99, 1.0)],
                ),
            ],
        ),
        Dimension::Pings => return None,
    };
    let sizes = dimension.sizes().iter().map(|&size| f64::from(size));
    let plot = Plot {
        title,
        sizes_of,
        sizes: sizes.collect(),
        panels,
    };
    let shows = |panel: &Panel| panel.lines.iter().any(|line| !line.points.is_empty());
    plot.panels.iter().any(shows).then_some((end, plot))
}
