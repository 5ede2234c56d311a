//! Counters told apart by one label, whose values are those of an enum: no text
//! of a stranger's ever becomes a series.

use prometheus::{IntCounterVec, Opts, Registry};
use std::marker::PhantomData;

/// The values of one label.
pub(crate) trait Label: Copy + 'static {
    /// The label's name.
    const NAME: &'static str;
    /// Every value there is.
    const ALL: &'static [Self];

    /// The value as Prometheus stores it.
    fn text(self) -> &'static str;
}

/// An enum that is a [`Label`], each variant with its text.
macro_rules! label {
    (
        $(#[$about:meta])*
        $name:ident as $label:literal {
            $($(#[$about_variant:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($(#[$about_variant])* $variant,)+
        }

        impl Label for $name {
            const NAME: &'static str = $label;
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}
pub(super) use label;

/// One counter for each value of a label.
#[derive(Clone, Debug)]
pub(crate) struct CounterBy<L>(IntCounterVec, PhantomData<fn(L)>);

impl<L: Label> CounterBy<L> {
    /// All begin at 0 and are there from the start: a series that appears with
    /// its first event hides that event from `rate()`.
    pub(super) fn new(name: &str, help: &str, registry: &Registry) -> prometheus::Result<Self> {
        let counters = IntCounterVec::new(Opts::new(name, help), &[L::NAME])?;
        for label in L::ALL {
            counters.with_label_values(&[label.text()]);
        }
        registry.register(Box::new(counters.clone()))?;
        Ok(Self(counters, PhantomData))
    }

    /// One more.
    pub(crate) fn count(&self, label: L) {
        self.0.with_label_values(&[label.text()]).inc();
    }
}
