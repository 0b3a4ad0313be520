//! By how much the numbers of a golden file have moved.

/// A line for each line of `new` whose numbers differ from those of the same line of `old`: the largest relative change, or
/// that it is new, or gone. Lines are the same if they have the same words at their start, below the same heading.
pub fn moved(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (named(old), named(new));
    let mut lines = vec![];
    for (name, numbers) in &new {
        match old.iter().find(|(other, _)| other == name) {
            None => lines.push(format!("{name}: new")),
            Some((_, before)) if before == numbers => {}
            Some((_, before)) => lines.push(format!("{name}: {}", change(before, numbers))),
        }
    }
    let gone = old.iter().filter(|(name, _)| new.iter().all(|(other, _)| other != name));
    lines.extend(gone.map(|(name, _)| format!("{name}: gone")));
    lines
}

/// The lines with a colon, named by their heading (the last line without one) and what is before the colon.
fn named(text: &str) -> Vec<(String, Vec<&str>)> {
    let (mut heading, mut lines) = ("", vec![]);
    for line in text.lines() {
        match line.split_once(':') {
            Some((name, rest)) => {
                lines.push((format!("{heading}, {name}"), rest.split_whitespace().collect()))
            }
            None if line.starts_with("seed") || line.starts_with("all") => heading = line,
            None => {}
        }
    }
    lines
}

fn change(before: &[&str], after: &[&str]) -> String {
    if before.len() != after.len() {
        return format!("{} numbers or words, {} before", after.len(), before.len());
    }
    let word = |text: &str| text.trim_end_matches([',', ';']).to_owned();
    let (mut largest, mut words) = (0.0_f64, vec![]);
    for (old, new) in before.iter().zip(after).filter(|(old, new)| old != new) {
        match (word(old).parse::<f64>(), word(new).parse::<f64>()) {
            (Ok(old), Ok(new)) => {
                largest = largest.max((new - old).abs() / old.abs().max(new.abs()).max(f64::MIN_POSITIVE));
            }
            _ => words.push(format!("{old} is now {new}")),
        }
    }
    if largest > 0.0 {
        words.insert(0, format!("moved by up to {largest:.1e} of itself"));
    }
    words.join(", ")
}
