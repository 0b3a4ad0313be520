//! Results as one self-contained page with figures: no scripts, nothing loaded from elsewhere.
//!
//! A run's [`section`] is made while its record is at hand, the [`page`] when all is done.

mod axis;
mod escape;
mod figure;
mod figures;
mod page;
mod section;
mod smooth;
mod style;
mod thin;
mod verdicts;

pub use page::page;
pub use section::section;

#[cfg(test)]
pub(in crate::report) use tests::well_formed;

#[cfg(test)]
mod tests {
    /// Panics unless every tag is closed in order and every `&` begins a reference.
    pub(in crate::report) fn well_formed(text: &str) {
        let mut open: Vec<&str> = vec![];
        let mut rest = text;
        while let Some(start) = rest.find('<') {
            references(&rest[..start]);
            let end = start + rest[start..].find('>').expect("every tag ends");
            let tag = &rest[start + 1..end];
            rest = &rest[end + 1..];
            references(tag);
            assert!(!tag.contains('<') && tag.matches('"').count().is_multiple_of(2), "<{tag}>");
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(closed), "closed by <{tag}>");
            } else if !tag.ends_with('/') && !tag.starts_with('!') {
                open.push(tag.split_whitespace().next().expect("a name"));
            }
        }
        assert!(open.is_empty(), "left open: {open:?}");
        references(rest);
    }

    fn references(text: &str) {
        for part in text.split('&').skip(1) {
            let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
            assert!(known.iter().any(|reference| part.starts_with(reference)), "&{part}");
        }
    }

    #[test]
    fn the_checker_sees_what_is_wrong() {
        well_formed("<!DOCTYPE html><p class=\"a\">x &lt; y<br/></p>");
        for bad in ["<p>", "<p></b>", "<b><p></b></p>", "</p>", "a & b", "<p a=\"x></p>"] {
            assert!(std::panic::catch_unwind(|| well_formed(bad)).is_err(), "{bad}");
        }
    }
}
