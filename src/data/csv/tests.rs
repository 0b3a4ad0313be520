//! Tables written by hand, at random and damaged.

use proptest::prelude::*;

use super::*;

fn table(text: &str) -> Result<Table, String> {
    Table::read(text.as_bytes().to_vec(), None)
}

fn refused(text: &str) -> String {
    table(text).expect_err("refused")
}

fn split(text: &str, columns: &[Column]) -> Result<(Values, [usize; 2], Vec<f64>), String> {
    table(text).expect("a table").split(columns)
}

fn named(name: &str) -> Column {
    Column::Name(name.into())
}

const FLOWERS: &str = "length, width,\"kind\"\n1.5, 2, 0\n-3e-1,4,1\r\n\n5,6,2\n";

#[test]
fn names_and_numbers_are_read() {
    let read = table(FLOWERS).expect("a table");
    assert_eq!(read.names, Some(["length", "width", "kind"].map(String::from).to_vec()));
    assert_eq!((read.columns, read.numbers), (3, vec![1.5, 2.0, 0.0, -0.3, 4.0, 1.0, 5.0, 6.0, 2.0]));
    let bare = table("1,2\n3,4").expect("a table");
    assert_eq!((bare.names, bare.columns, bare.numbers), (None, 2, vec![1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn a_header_may_be_asked_for_or_ruled_out() {
    let read = |header| Table::read(b"1,2\n3,4".to_vec(), Some(header));
    assert_eq!(read(true).map(|table| table.numbers), Ok(vec![3.0, 4.0]));
    assert_eq!(read(false).map(|table| table.numbers.len()), Ok(4));
    let message = Table::read(FLOWERS.into(), Some(false)).expect_err("names are no numbers");
    assert_eq!(message, "line 1, column 1, has \"length\": accepted are finite numbers");
}

#[test]
fn columns_are_chosen_by_name_or_number() {
    let expected = Ok((Values::Numbers(vec![2.0, 0.0, 4.0, 1.0, 6.0, 2.0]), [3, 2], vec![1.5, -0.3, 5.0]));
    assert_eq!(split(FLOWERS, &[named("length")]), expected);
    assert_eq!(split(FLOWERS, &[Column::Number(1)]), expected);
    let two = split(FLOWERS, &[Column::Number(3), named("length")]).expect("there");
    assert_eq!((two.1, two.2), ([3, 1], vec![0.0, 1.5, 1.0, -0.3, 2.0, 5.0]));
}

#[test]
fn columns_that_are_not_there_are_refused() {
    let refused = |columns: &[Column]| split(FLOWERS, columns).expect_err("refused");
    assert_eq!(
        refused(&[named("knd")]),
        "there is no column \"knd\". Did you mean kind? Accepted are length, width, kind"
    );
    for number in [0, 4] {
        assert_eq!(
            refused(&[Column::Number(number)]),
            format!("there is no column {number}: accepted are 1 to 3")
        );
    }
    assert_eq!(
        refused(&[named("width"), Column::Number(2)]),
        "column 2 twice: accepted are different columns"
    );
    let all = [1, 2, 3].map(Column::Number);
    assert!(refused(&all).starts_with("3 of 3 columns: accepted are one or more, and one"));
    assert!(refused(&[]).starts_with("0 of 3 columns"));
    let message = split("1,2\n", &[named("a")]).expect_err("no names");
    assert_eq!(message, "there is no line of names, so no \"a\": accepted are numbers, 1 to 2");
    let message = split("a,a\n1,2\n", &[named("a")]).expect_err("which one");
    assert!(message.starts_with("several columns are named \"a\""));
}

#[test]
fn what_is_no_table_of_numbers_is_refused_with_its_line() {
    assert_eq!(refused("a,b\n1,2\n3\n"), "line 3 has 1 fields: accepted are 2, as in the first line");
    assert_eq!(refused("1,2\n3,x\n"), "line 2, column 2, has \"x\": accepted are finite numbers");
    assert_eq!(refused("1,2\n\n3,\n"), "line 3, column 2, has \"\": accepted are finite numbers");
    assert_eq!(
        refused("a,b\r\n1,2\r\n\r\n3\r\n"),
        "line 4 has 1 fields: accepted are 2, as in the first line"
    );
    for number in ["nan", "-inf", "1e999"] {
        let message = refused(&format!("1,2\n{number},1\n"));
        assert_eq!(message, format!("line 2, column 1, has \"{number}\": accepted are finite numbers"));
    }
    for empty in ["", "\n\n", "a,b\n"] {
        assert_eq!(refused(empty), "no line of numbers: accepted are one or more", "{empty:?}");
    }
    let message = Table::read(b"1,2\n3,\xff\n".to_vec(), None).expect_err("no text");
    assert_eq!(message, "line 2: not UTF-8: accepted is text in UTF-8");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(columns in 1_usize..5, numbers in prop::collection::vec(-1e300..1e300_f64, 5..40)) {
        let rows: Vec<&[f64]> = numbers.chunks_exact(columns).collect();
        let line = |row: &&[f64]| row.iter().map(|x| format!("{x:?}")).collect::<Vec<_>>().join(",");
        let text = rows.iter().map(line).collect::<Vec<_>>().join("\n");
        let read = table(&text).expect("a table");
        prop_assert_eq!((read.columns, read.numbers), (columns, rows.concat()));
        // A part may be a table as well, but has nothing else in it than the whole.
        for end in 0..text.len() {
            if let Ok(part) = table(&text[..end]) {
                prop_assert!(part.numbers.len() <= numbers.len());
            }
        }
    }

    #[test]
    fn random_bytes_make_no_panic(bytes: Vec<u8>, text in "[0-9a-z,\"\n\r. -]{0,60}") {
        let tables = [Table::read(bytes, None), table(&text)];
        for table in tables.into_iter().flatten() {
            prop_assert!(table.numbers.iter().all(|x| x.is_finite()) && !table.numbers.is_empty());
        }
    }
}
