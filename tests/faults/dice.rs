//! Random numbers whose seed a failed test can name: `FAULTS_SEED=…` in the
//! environment rolls the same again.

use std::time::{Duration, SystemTime};
use view_counter::counter::{lifecycle::Entropy, protocol::ViewId};

/// splitmix64, which takes any seed.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    /// With the seed from the environment, or else one of the clock's.
    pub(crate) fn new() -> Self {
        let seed = match std::env::var("FAULTS_SEED") {
            Ok(seed) => seed.parse().expect("FAULTS_SEED is a number"),
            Err(_) => {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
                now.unwrap().as_nanos() as u64
            }
        };
        Self { seed, state: seed }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Other dice for somebody else, whose numbers depend on nobody's haste.
    pub(crate) fn fork(&mut self) -> Self {
        Self {
            seed: self.seed,
            state: self.bits(),
        }
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.bits() % from.len() as u64) as usize]
    }

    pub(crate) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        least + (most - least).mul_f64(self.fraction())
    }
}

impl Entropy for Dice {
    fn view_id(&mut self) -> ViewId {
        ViewId::from_bits(u128::from(self.bits()) << 64 | u128::from(self.bits()))
    }

    fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}
