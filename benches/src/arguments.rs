//! The command line of a bench that is not Criterion's.

/// The command line of `cargo bench -- SQLite`.
#[derive(Debug)]
pub struct Arguments {
    /// `cargo bench` measures. `cargo test --benches` only checks that the benchmark runs.
    pub is_measured: bool,
    filters: Vec<String>,
}

impl Arguments {
    #[must_use]
    pub fn read() -> Self {
        let (options, filters): (Vec<_>, Vec<_>) =
            std::env::args().skip(1).partition(|argument| argument.starts_with('-'));
        Self { is_measured: options.iter().any(|option| option == "--bench"), filters }
    }

    /// Whether the user named it, or named nothing.
    #[must_use]
    pub fn select(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter.as_str()))
    }
}
