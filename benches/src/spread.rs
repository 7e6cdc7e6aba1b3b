//! The median of many rounds, and the quartiles, which show how reliable it is.

use std::fmt;

/// The result of many rounds.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub least: f64,
    pub lower: f64,
    pub median: f64,
    pub upper: f64,
}

impl Spread {
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let at = |quarter: usize| values[(values.len() - 1) * quarter / 4];
        Self { least: at(0), lower: at(1), median: at(2), upper: at(3) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lower, median, upper, .. } = self;
        write!(formatter, "{median:.2} ({lower:.2} to {upper:.2})")
    }
}
