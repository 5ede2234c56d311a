//! Entropy that is known beforehand. The example `lives` takes this file too.

use super::{Entropy, ViewId};

/// View ids 1, 2, 3…, and the fraction that was set last.
pub(super) struct FixedEntropy {
    ids: u128,
    pub(super) fraction: f64,
}

impl FixedEntropy {
    pub(super) fn new(fraction: f64) -> Self {
        Self { ids: 0, fraction }
    }
}

impl Entropy for FixedEntropy {
    fn view_id(&mut self) -> ViewId {
        self.ids += 1;
        ViewId::from_bits(self.ids)
    }

    fn fraction(&mut self) -> f64 {
        self.fraction
    }
}
