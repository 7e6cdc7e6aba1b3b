//! The regions of three texts, and which of them both sides changed in the same way. `merge_text` decides what becomes
//! of them.

use std::collections::HashSet;

use similar::{MergeRegion, MergeResolution, TextMerge};

/// Lines of the base, and what each side made of them.
pub(super) struct Region<'t> {
    resolution: MergeResolution,
    pub(super) base: Vec<&'t str>,
    pub(super) mine: Vec<&'t str>,
    pub(super) theirs: Vec<&'t str>,
}

impl<'t> Region<'t> {
    pub(super) fn of(region: &MergeRegion, merge: &'t TextMerge<'_, '_, '_, str>) -> Self {
        Self {
            resolution: region.resolution(),
            base: region.base_range().filter_map(|line| merge.base_line(line)).collect(),
            mine: region.ours_range().filter_map(|line| merge.ours_line(line)).collect(),
            theirs: region.theirs_range().filter_map(|line| merge.theirs_line(line)).collect(),
        }
    }

    /// Its merged lines, unless both sides changed it in different ways.
    pub(super) fn merged(&self) -> Option<&[&'t str]> {
        match self.resolution {
            MergeResolution::Unchanged | MergeResolution::Ours | MergeResolution::Both => Some(&self.mine),
            MergeResolution::Theirs => Some(&self.theirs),
            // The enumeration may grow. A kind that is unknown here is a conflict.
            _ => None,
        }
    }

    pub(super) fn is_changed_by_one(&self) -> bool {
        matches!(self.resolution, MergeResolution::Ours | MergeResolution::Theirs)
    }
}

/// The lines that each side removes from another place, and those that each inserts at another place. If lines repeat,
/// one edit may look like two, and taking it over from both sides would apply it twice.
pub(super) struct Alike<'t> {
    taken_out: HashSet<&'t str>,
    put_in: HashSet<&'t str>,
}

impl<'t> Alike<'t> {
    pub(super) fn among(regions: &[Region<'t>]) -> Self {
        let of = |side, lines: for<'r> fn(&'r Region<'t>) -> &'r [&'t str]| -> HashSet<&'t str> {
            let regions = regions.iter().filter(|region| region.resolution == side);
            regions.flat_map(|region| written(lines(region))).collect()
        };
        let both = |lines: for<'r> fn(&'r Region<'t>) -> &'r [&'t str]| {
            &of(MergeResolution::Ours, lines) & &of(MergeResolution::Theirs, lines)
        };
        Self { taken_out: both(|region| &region.base), put_in: both(|region| region.merged().unwrap_or_default()) }
    }

    /// Whether what a side changed here contains one of them.
    pub(super) fn is_in(&self, region: &Region<'t>) -> bool {
        let merged = region.merged().unwrap_or_default();
        written(&region.base).any(|line| self.taken_out.contains(line))
            || written(merged).any(|line| self.put_in.contains(line))
    }
}

/// The lines without the blank ones, which are the same everywhere, and without their line ends.
fn written<'t>(lines: &[&'t str]) -> impl Iterator<Item = &'t str> {
    lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty())
}
