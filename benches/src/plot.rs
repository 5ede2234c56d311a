//! Plots as SVG: panels side by side over the same sizes, for light and for dark.

mod axis;

use anyhow::{Context, Result};
use axis::Axis;
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};
use std::fmt::Write;

const WIDTH: u32 = 760;
const HEIGHT: u32 = 262;
/// Where a panel's lines begin, below its title and the names of its lines.
const TOP: u32 = 70;
/// Plotters writes a font's size divided by 1.24.
const FONT: (&str, f64) = ("sans-serif", 12.0 * 1.24);

const PAPER: RGBColor = RGBColor(0xf0, 0xf4, 0xf1);
const INK: RGBColor = RGBColor(0x17, 0x1c, 0x19);
const MUTED: RGBColor = RGBColor(0x56, 0x60, 0x5a);
const GRID: RGBColor = RGBColor(0xd3, 0xdb, 0xd6);
/// A line's colour, by its place in the panel.
const LINES: [RGBColor; 2] = [RGBColor(0x00, 0x69, 0x4a), RGBColor(0x9a, 0x43, 0x00)];
/// What each is where the reader's system is dark.
const DARK: [(RGBColor, &str); 6] = [
    (PAPER, "#191f1c"),
    (INK, "#e2e8e4"),
    (MUTED, "#9ba7a0"),
    (GRID, "#38413c"),
    (LINES[0], "#62d2a2"),
    (LINES[1], "#f0a868"),
];

/// A plot: what it says, and what it shows.
pub struct Plot {
    /// In a few words, for those who cannot see it; what is measured follows by itself.
    pub title: &'static str,
    /// What the sizes are of.
    pub sizes_of: &'static str,
    /// On a logarithmic axis.
    pub sizes: Vec<f64>,
    /// From left to right.
    pub panels: Vec<Panel>,
}

/// One part of a plot, with an axis of its own.
pub struct Panel {
    /// What is measured, and in what.
    pub title: &'static str,
    /// Whether its axis is logarithmic. Otherwise it begins at 0.
    pub logarithmic: bool,
    /// At most two.
    pub lines: Vec<Line>,
}

/// What was measured at each size, as far as it was.
pub struct Line {
    /// Nothing if the panel's title says it.
    pub name: &'static str,
    /// Size and value.
    pub points: Vec<(f64, f64)>,
}

impl Plot {
    /// The whole file.
    pub fn svg(&self) -> Result<String> {
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
            root.fill(&PAPER)?;
            let areas = root.split_evenly((1, self.panels.len()));
            for (area, panel) in areas.iter().zip(&self.panels) {
                self.draw(area, panel)?;
            }
            root.present()?;
        }
        let (tag, rest) = svg.split_once('>').context("an SVG begins with a tag")?;
        let style = style();
        let (title, description) = (self.title, self.description()?);
        Ok(format!(
            "{tag} role=\"img\" aria-labelledby=\"title description\">\n\
             <title id=\"title\">{title}</title>\n\
             <desc id=\"description\">{description}</desc>\n\
             {style}{rest}"
        ))
    }

    /// All numbers, for those who cannot see where they lie.
    fn description(&self) -> Result<String> {
        let mut text = String::new();
        for panel in &self.panels {
            for line in &panel.lines {
                let comma = if line.name.is_empty() { "" } else { ", " };
                write!(text, "{}{comma}{}:", panel.title, line.name)?;
                for (n, &(size, value)) in line.points.iter().enumerate() {
                    let comma = if n == 0 { "" } else { "," };
                    let (size, value) = (label(size), crate::report::short(value));
                    write!(text, "{comma} {value} at {size}")?;
                }
                text.push_str(". ");
            }
        }
        write!(text, "The sizes are {}.", self.sizes_of)?;
        Ok(text)
    }

    fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>, panel: &Panel) -> Result<()> {
        let points = panel.lines.iter().flat_map(|line| &line.points);
        let values = points.map(|&(_, value)| value);
        let axis = if panel.logarithmic {
            Axis::logarithmic(values)
        } else {
            Axis::linear(values)
        };
        let mut chart = ChartBuilder::on(area)
            .margin_top(TOP)
            .margin_right(14)
            .margin_bottom(10)
            .margin_left(6)
            .x_label_area_size(38)
            .y_label_area_size(46)
            .build_cartesian_2d(Axis::of_sizes(&self.sizes), axis)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID)
            .axis_style(MUTED)
            .label_style(FONT.into_font().color(&MUTED))
            .x_desc(self.sizes_of)
            .axis_desc_style(FONT.into_font().color(&MUTED))
            .draw()?;
        let left_top = Pos::new(HPos::Left, VPos::Top);
        let heading = |text, color: &RGBColor, bold: bool, at| {
            let font = FONT.into_font();
            let font = if bold {
                font.style(FontStyle::Bold)
            } else {
                font
            };
            area.draw(&Text::new(text, at, font.color(color).pos(left_top)))
        };
        heading(panel.title.to_owned(), &INK, true, (14, 12))?;
        for (n, line) in panel.lines.iter().enumerate() {
            let (color, second) = (LINES[n.min(1)], n > 0);
            let points = line.points.iter().copied();
            chart.draw_series(LineSeries::new(points.clone(), color.stroke_width(2)))?;
            // Not by its colour alone.
            let inside = if second { PAPER } else { color };
            let marks = points.map(|at| {
                EmptyElement::at(at)
                    + Circle::new((0, 0), 4, inside.filled())
                    + Circle::new((0, 0), 4, color.stroke_width(2))
            });
            chart.draw_series(marks)?;
            if !line.name.is_empty() {
                let mark = if second { "○" } else { "●" };
                let at = (14, 29 + 15 * i32::from(second));
                heading(format!("{mark} {}", line.name), &color, false, at)?;
            }
        }
        Ok(())
    }
}

/// A number at an axis.
fn label(value: f64) -> String {
    if value.abs() >= 999.5 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an axis of positive numbers, far below 2^32"
        )]
        return super::growth::thousands(value.round() as u32);
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Plotters writes each colour where it is used; in the dark each becomes another.
fn style() -> String {
    let mut style = String::from("<style>\n@media (prefers-color-scheme: dark) {\n");
    for (RGBColor(red, green, blue), dark) in DARK {
        let light = format!("#{red:02X}{green:02X}{blue:02X}");
        for property in ["fill", "stroke"] {
            style.push_str(&format!(
                "[{property}=\"{light}\"] {{ {property}: {dark} }}\n"
            ));
        }
    }
    style + "}\n</style>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.2, "0.2"),
            (50.0, "50"),
            (1000.0, "1,000"),
            (18000.4, "18,000"),
        ] {
            assert_eq!(label(value), text);
        }
    }

    #[test]
    fn all_colours_are_said_for_the_dark_too() {
        let plot = Plot {
            title: "Cost",
            sizes_of: "readers",
            sizes: vec![100.0, 1000.0],
            panels: vec![Panel {
                title: "CPU, µs",
                logarithmic: false,
                lines: vec![Line {
                    name: "a frame",
                    points: vec![(100.0, 4.0), (1000.0, 5.0)],
                }],
            }],
        };
        let svg = plot.svg().unwrap();
        assert!(svg.contains("CPU, µs, a frame: 4.00 at 100, 5.00 at 1,000. "));
        let (head, drawn) = svg.split_once("</style>").unwrap();
        for part in drawn.split("\"#").skip(1) {
            let color = part.split('"').next().unwrap();
            assert!(head.contains(&format!("\"#{color}\"")), "{color}");
        }
    }
}
