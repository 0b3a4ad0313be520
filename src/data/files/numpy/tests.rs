//! Arrays written by hand, written at random and damaged.

use proptest::prelude::*;

use super::*;

/// A file of version 1.0 with that dictionary.
pub(in crate::data) fn file(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((dictionary.len() as u16).to_le_bytes());
    bytes.extend(dictionary.as_bytes());
    bytes.extend(content);
    bytes
}

fn described(kind: &str, fortran_order: bool, shape: &str) -> String {
    let fortran_order = if fortran_order { "True" } else { "False" };
    format!("{{'descr': '{kind}', 'fortran_order': {fortran_order}, 'shape': {shape}, }}\n")
}

fn refused(dictionary: &str, content: &[u8]) -> String {
    Array::read(&file(dictionary, content)).expect_err("refused")
}

/// 1, -2 and 258 in each type, by hand.
#[test]
fn numbers_of_each_type_are_read() {
    let numbers = |values: &[f64]| Values::Numbers(values.to_vec());
    let hand: [(&str, &[u8], Values); 9] = [
        ("|u1", &[1, 254, 0], Values::Bytes(vec![1, 254, 0])),
        ("<i4", &[1, 0, 0, 0, 254, 255, 255, 255, 2, 1, 0, 0], numbers(&[1.0, -2.0, 258.0])),
        (">i4", &[0, 0, 0, 1, 255, 255, 255, 254, 0, 0, 1, 2], numbers(&[1.0, -2.0, 258.0])),
        ("<i8", &[2, 1, 0, 0, 0, 0, 0, 0], numbers(&[258.0])),
        (">i8", &[255, 255, 255, 255, 255, 255, 255, 254], numbers(&[-2.0])),
        ("<f4", &[0, 0, 128, 63, 0, 0, 0, 192], numbers(&[1.0, -2.0])),
        (">f4", &[63, 128, 0, 0, 192, 0, 0, 0], numbers(&[1.0, -2.0])),
        ("<f8", &[0, 0, 0, 0, 0, 0, 240, 63], numbers(&[1.0])),
        (">f8", &[192, 0, 0, 0, 0, 0, 0, 0], numbers(&[-2.0])),
    ];
    for (kind, content, values) in hand {
        let shape = vec![values.len()];
        let read = Array::read(&file(&described(kind, false, &format!("({},)", values.len())), content));
        assert_eq!(read, Ok(Array { shape, values }), "{kind}");
    }
}

/// [[1, 2, 3], [4, 5, 6]] in either order.
#[test]
fn either_order_is_read() {
    let values = Values::Bytes(vec![1, 2, 3, 4, 5, 6]);
    for (fortran, content) in [(false, [1, 2, 3, 4, 5, 6]), (true, [1, 4, 2, 5, 3, 6])] {
        let read = Array::read(&file(&described("|u1", fortran, "(2, 3)"), &content)).expect("whole");
        assert_eq!((read.shape, read.values), (vec![2, 3], values.clone()));
    }
}

#[test]
fn headers_of_each_version_are_read() {
    let dictionary = described("|u1", false, "(2L, 1)");
    let mut bytes = b"\x93NUMPY\x02\x00".to_vec();
    bytes.extend((dictionary.len() as u32).to_le_bytes());
    bytes.extend(dictionary.as_bytes());
    bytes.extend([7, 8]);
    for version in [2, 3] {
        bytes[6] = version;
        assert_eq!(Array::read(&bytes).map(|array| array.shape), Ok(vec![2, 1]));
    }
    bytes[6] = 4;
    assert_eq!(Array::read(&bytes), Err("NumPy format 4: accepted are 1 to 3".into()));
    let other_order = "{\"shape\":(1,),\"fortran_order\":False,\"descr\":\"|u1\"}";
    assert!(Array::read(&file(other_order, &[0])).is_ok());
    assert!(
        Array::read(&file(&described("|u1", false, "()"), &[0])).is_ok_and(|array| array.shape.is_empty())
    );
}

#[test]
fn what_is_not_accepted_is_refused_with_what_is() {
    let of = |kind, shape, content: &[u8]| refused(&described(kind, false, shape), content);
    for kind in ["<f2", "<c16", "|b1", "<U3", "|O", "f8", "|f8", "=f8", "", "é"] {
        assert!(
            of(kind, "(1,)", &[0; 8]).starts_with(&format!("numbers of type '{kind}': accepted are u1")),
            "{kind}"
        );
    }
    assert_eq!(
        of("<f8", "(3, 4)", &[0; 95]),
        "the header says shape (3 x 4) of 8 bytes a number, and 95 bytes follow: accepted is a whole file"
    );
    // Products that overflow are no sizes.
    let huge = "(18446744073709551615, 18446744073709551615)";
    assert!(of("|u1", huge, &[0]).contains("and 1 bytes follow"));
    assert!(of("<f8", "(4611686018427387904, 2)", &[]).contains("and 0 bytes follow"));
    assert!(of("|u1", "(99999999999999999999,)", &[0]).contains("is not read: accepted are the keys"));
    assert!(of("|u1", "(+1,)", &[0]).contains("is not read"));
    assert!(of("|u1", "[1]", &[0]).contains("is not read"));
    let nan = f64::NAN.to_le_bytes();
    assert_eq!(of("<f8", "(1,)", &nan), "number 1 of 1 in the file is NaN: accepted are finite ones");
    assert!(
        of("<i8", "(1,)", &i64::MIN.to_le_bytes())
            .starts_with("the number -9223372036854775808: accepted are")
    );
    let twelve = Array::read(b"PK\x03\x04 no array").expect_err("another format");
    assert!(twelve.starts_with("the file does not begin with \\x93NUMPY: accepted is"), "{twelve}");
}

/// The bytes of NumPy's own order: the last index the fastest, or the first.
fn written(shape: &[usize], big: bool, fortran: bool) -> (Vec<f64>, Vec<u8>) {
    let count = product(shape).expect("small");
    let value = |i: usize| 0.5 * i as f64 - 3.0;
    let bytes = |x: f64| if big { x.to_be_bytes() } else { x.to_le_bytes() };
    let mut content = vec![0; 8 * count];
    for c_place in 0..count {
        let mut left = c_place;
        let index: Vec<usize> = shape
            .iter()
            .rev()
            .map(|size| {
                let i = left % size;
                left /= size;
                i
            })
            .collect();
        // `index` has the last first.
        let (mut place, mut stride) = (0, 1);
        for (i, size) in index.iter().rev().zip(shape) {
            place += i * stride;
            stride *= size;
        }
        let place = if fortran { place } else { c_place };
        content[8 * place..8 * place + 8].copy_from_slice(&bytes(value(c_place)));
    }
    ((0..count).map(value).collect(), content)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(shape in prop::collection::vec(1_usize..5, 1..5), big: bool, fortran: bool) {
        let (values, content) = written(&shape, big, fortran);
        let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
        let bytes = file(&described(if big { ">f8" } else { "<f8" }, fortran, &format!("({sizes})")), &content);
        prop_assert_eq!(Array::read(&bytes), Ok(Array { shape, values: Values::Numbers(values) }));
        for end in 0..bytes.len() {
            prop_assert!(Array::read(&bytes[..end]).is_err(), "cut to {}", end);
        }
    }

    #[test]
    fn random_bytes_are_refused(bytes: Vec<u8>, dictionary in "[ -~]{0,40}") {
        prop_assert!(Array::read(&bytes).is_err());
        prop_assert!(Array::read(&[b"\x93NUMPY\x01\x00".to_vec(), bytes.clone()].concat()).is_err());
        prop_assert!(Array::read(&file(&dictionary, &bytes)).is_err());
        let _ = Array::read(&file(&format!("{{'descr': '{dictionary}"), &bytes));
    }
}
