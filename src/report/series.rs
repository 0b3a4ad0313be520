//! Time series for other programs.

use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::process::series::Column;

/// Writes the columns as CSV with a header: the shortest digits that give back the same number, NaN as nothing.
pub fn write_csv(columns: &[Column], out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    writeln!(out, "{}", names.join(","))?;
    for row in 0..columns.first().map_or(0, |(_, values)| values.len()) {
        let cells: Vec<String> = columns.iter().map(|(_, values)| cell(values[row])).collect();
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(())
}

/// Writes the columns as one JSON object, an array a column, in order; what is not finite is null.
pub fn write_json(columns: &[Column], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Ordered(columns))?;
    writeln!(out)
}

fn cell(x: f64) -> String {
    match x.abs() {
        magnitude if magnitude.is_nan() => String::new(),
        magnitude if magnitude == 0.0 || (1e-4..1e15).contains(&magnitude) || magnitude.is_infinite() => {
            x.to_string()
        }
        _ => format!("{x:e}"),
    }
}

/// Columns as an object whose keys keep their order.
struct Ordered<'a>(&'a [Column]);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in self.0 {
            map.serialize_entry(name, values)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The last is small and has all its digits, so that a shorter one is another number.
    const VALUES: [f64; 7] = [0.1 + 0.2, f64::NAN, 1e300, -5e-324, 3.0, 1.0 / 3.0, 1.0 / 3e7];

    fn columns() -> Vec<Column> {
        vec![("step".into(), (0..7).map(f64::from).collect()), ("loss".into(), VALUES.to_vec())]
    }

    fn written(write: fn(&[Column], &mut dyn Write) -> io::Result<()>, columns: &[Column]) -> String {
        let mut out = vec![];
        write(columns, &mut out).expect("written");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn csv_gives_back_the_same_numbers() {
        let text = written(write_csv, &columns());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..3], ["step,loss", "0,0.30000000000000004", "1,"]);
        for (line, value) in lines[1..].iter().zip(VALUES).filter(|(_, value)| !value.is_nan()) {
            let cell = line.split(',').nth(1).expect("two cells");
            assert_eq!(cell.parse::<f64>().expect("a number").to_bits(), value.to_bits());
        }
    }

    #[test]
    fn json_keeps_order_and_has_null_for_nan() {
        let text = written(write_json, &columns());
        assert!(text.starts_with("{\"step\":[0.0,"), "{text}");
        assert!(text.contains("\"loss\":[0.30000000000000004,null,1e+300,-5e-324,3.0,"), "{text}");
    }

    #[test]
    fn no_columns_make_an_empty_table() {
        assert_eq!(written(write_csv, &[]), "\n");
        assert_eq!(written(write_json, &[]), "{}\n");
    }
}
