//! One axis of a panel: how far it reaches, where values lie on it, and which of them
//! are written beside it.

use super::label;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// An axis of a panel.
pub struct Axis {
    logarithmic: bool,
    range: Range<f64>,
    ticks: Vec<f64>,
}

impl Axis {
    /// A logarithmic one with a tick at each of these sizes, from the smallest up.
    pub fn of_sizes(sizes: &[f64]) -> Self {
        let first = sizes.first().copied().unwrap_or(1.0);
        let last = sizes.last().copied().unwrap_or(10.0);
        Self {
            logarithmic: true,
            // A little room, so that no mark lies on the frame.
            range: first / 1.4..last * 1.4,
            ticks: sizes.to_vec(),
        }
    }

    /// One that has room for these values, with a tick at each power of ten.
    pub fn logarithmic(values: impl Iterator<Item = f64>) -> Self {
        let (least, most) = values
            .filter(|&value| value > 0.0)
            .fold((f64::INFINITY, 0.0_f64), |(least, most), value| {
                (least.min(value), most.max(value))
            });
        let least = if least.is_finite() { least } else { 1.0 };
        let first = 10_f64.powf(least.log10().floor());
        let last = (most * 1.4).max(first * 10.0);
        let powers = |power: &f64| Some(power * 10.0);
        let ticks = std::iter::successors(Some(first), powers).take_while(|&tick| tick <= last);
        Self {
            logarithmic: true,
            range: first..last,
            ticks: ticks.collect(),
        }
    }

    /// One that begins at 0 and has room for these values, with a few round ticks.
    pub fn linear(values: impl Iterator<Item = f64> + Clone) -> Self {
        let most = values.clone().fold(0.0, f64::max) * 1.1;
        let most = if most > 0.0 { most } else { 1.0 };
        let decade = 10_f64.powf((most / 5.0).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|part| part * decade)
            .find(|step| most / step <= 5.0)
            .unwrap_or(most);
        // What was measured as a difference may lie below 0.
        let first = (values.fold(0.0, f64::min) / step).floor() * step;
        Self {
            logarithmic: false,
            range: first..most,
            ticks: (0..)
                .map(|n| first + f64::from(n) * step)
                .take_while(|&tick| tick <= most)
                .collect(),
        }
    }

    fn place(&self, value: f64) -> f64 {
        if self.logarithmic {
            value.max(f64::MIN_POSITIVE).log10()
        } else {
            value
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (begin, end): (i32, i32)) -> i32 {
        let first = self.place(self.range.start);
        let part = (self.place(*value) - first) / (self.place(self.range.end) - first);
        #[expect(clippy::cast_possible_truncation, reason = "pixels of a picture")]
        let offset = (part * f64::from(end - begin)).round() as i32;
        begin + offset
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // The lighter lines between the ticks: there are none.
        if hint.weight().allow_light_points() {
            Vec::new()
        } else {
            self.ticks.clone()
        }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Axis {
    fn format(value: &f64) -> String {
        label(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_axis_begins_at_zero_and_has_a_few_round_ticks() {
        let axis = Axis::linear([4.3, 5.1].into_iter());
        assert_eq!(axis.ticks, [0.0, 2.0, 4.0]);
        assert!(axis.range.end > 5.1);
        let axis = Axis::linear([180.0, 0.5].into_iter());
        assert_eq!(axis.ticks, [0.0, 50.0, 100.0, 150.0]);
        assert_eq!(Axis::linear([-0.1, 4.0].into_iter()).ticks[0], -1.0);
        assert_eq!(Axis::linear([0.0].into_iter()).range, 0.0..1.0);
    }

    #[test]
    fn a_logarithmic_axis_has_a_tick_at_each_power_of_ten() {
        let axis = Axis::logarithmic([50.0, 900.0, -1.0].into_iter());
        assert_eq!(axis.ticks, [10.0, 100.0, 1000.0]);
        assert_eq!(axis.range.end.round(), 1260.0);
        assert_eq!(Axis::logarithmic([].into_iter()).ticks, [1.0, 10.0]);
        assert_eq!(
            Axis::logarithmic([100.0].into_iter()).ticks,
            [100.0, 1000.0]
        );
    }

    #[test]
    fn sizes_lie_inside_and_in_order() {
        let axis = Axis::of_sizes(&[100.0, 1000.0]);
        let places = [100.0, 1000.0].map(|size| axis.map(&size, (0, 300)));
        assert!(0 < places[0] && places[0] < places[1] && places[1] < 300);
    }
}
