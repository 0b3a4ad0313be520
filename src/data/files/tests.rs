//! Data sets of the samples: what is read, and how what is wrong with a file is told.

use std::sync::Arc;

use super::samples::{Folder, data};
use crate::data::{Entry, Shape};

fn good(value: &str) -> Arc<dyn Entry> {
    data(value).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(value: &str) -> String {
    data(value).expect_err("refused").to_string()
}

/// The classes of 0 and 2 among labels that count 0, 1, 2 are two in three of twelve.
#[test]
fn classes_are_kept_and_examples_have_their_shape() {
    let all = good("{ npz = { file = 'arrays.npz', inputs = 'x', labels = 'y' } }");
    assert_eq!(
        (all.available(), all.targets(), all.shape()),
        (12, 3, Shape { rows: 4, cols: 4, channels: 1 })
    );
    let two = good("{ npz = { file = 'arrays.npz', inputs = 'x', labels = 'y', classes = [2, 0] } }");
    assert_eq!((two.available(), two.targets()), (8, 2));
    let colours = good("{ cifar10 = { batches = ['batch.bin.gz', 'batch.bin.gz'] } }");
    assert_eq!((colours.available(), colours.shape()), (24, Shape { rows: 32, cols: 32, channels: 3 }));
}

/// The same images stand in two files: bytes, and doubles that are bytes / 255.
#[test]
fn two_formats_of_the_same_images_agree() {
    let bytes =
        good("{ idx = { images = 'images.idx.gz', labels = 'labels.idx', normalisation = 'range' } }");
    let numbers = good("{ npz = { file = 'arrays.npz', inputs = 'x', labels = 'y' } }");
    let (a, b) = (bytes.examples(12, 5), numbers.examples(12, 5));
    assert_eq!(a.targets, b.targets);
    assert!(a.inputs.iter().zip(&b.inputs).all(|(a, b)| (a - (2.0 * b - 1.0)).abs() < 1e-15));
    // Targets written in Fortran order: the mean and the greatest pixel of each image.
    let means = good("{ npy = { inputs = 'inputs.npy', targets = 'targets.npy' } }").examples(12, 5);
    for (image, target) in means.inputs.chunks(16).zip(means.targets.chunks(2)) {
        let greatest = image.iter().fold(0.0_f64, |a, &b| a.max(b));
        let mean = image.iter().sum::<f64>() / 16.0;
        assert!((target[0] - mean).abs() < 1e-7 && (target[1] - greatest).abs() < 1e-7, "{target:?}");
    }
}

#[test]
fn what_a_data_set_says_of_itself_changes_with_its_file() {
    let folder = Folder::new("changes");
    let said = |content: &[u8]| {
        let path = folder.write("a.csv", content);
        let entry = good(&format!("{{ csv = {{ file = '{path}', label = 2 }} }}"));
        entry.parameters().expect("JSON").get().to_string()
    };
    let first = said(b"1,0\n2,1\n");
    assert_eq!(first, said(b"1,0\n2,1\n"));
    assert_ne!(first, said(b"1,0\n3,1\n"));
    // printf '1,0\n2,1\n' | sha256sum
    assert!(
        first.contains("\"sha256\":\"025589945457da7be45e3ed9be99ff4a6b63a740adea84dd3b541044517812c6\""),
        "{first}"
    );
}

#[test]
fn a_file_must_have_the_digest_that_is_given() {
    let of = |digest: &str| {
        format!("{{ csv = {{ file = {{ path = 'fruit.csv', sha256 = '{digest}' }}, label = 'ripe' }} }}")
    };
    let message = refused(&of("00"));
    let (_, digest) = message.split_once("the file has the SHA-256 ").expect("told");
    assert!(message.contains(", line 1: file = { path = 'fruit.csv', sha256 = '00' }: "), "{message}");
    good(&of(&digest[..64]));
}

#[test]
fn refusals_say_what_was_found_and_what_is_accepted() {
    let cases = [
        ("{ csv = { file = 'none.csv', label = 1 } }", "file = 'none.csv': ", "cannot be read (No such file"),
        ("{ csv = { file = '.', label = 1 } }", "file = '.': ", "is no regular file: accepted is one"),
        ("{ csv = { file = 3, label = 1 } }", "expected the path of a file, or { path", "file = 3"),
        ("{ csv = { file = 'fruit.csv' } }", "accepted is either label, a column, or targets", ""),
        ("{ csv = { file = 'fruit.csv', label = 'rip' } }", "label = 'rip': ", "Did you mean ripe?"),
        ("{ csv = { file = 'fruit.csv', label = 'red' } }", "label = 'red': ", "accepted are whole numbers"),
        (
            "{ csv = { file = 'fruit.csv', label = 'ripe', classes = [1, 4] } }",
            "classes = [1, 4]: ",
            "no example has the label 4: accepted are two or more of 0, 1",
        ),
        (
            "{ csv = { file = 'fruit.csv', label = 'ripe', normalisation = 'mean' } }",
            "unknown variant `mean`",
            "`per_feature`, `overall`, `range`",
        ),
        (
            "{ csv = { file = 'fruit.csv', targets = ['red'], classes = [0, 1] } }",
            "classes = [0, 1]: ",
            "accepted with labels only",
        ),
        ("{ csv = { file = 'arrays.npz', label = 1 } }", "file = 'arrays.npz': ", "accepted"),
        (
            "{ npz = { file = 'fruit.csv', inputs = 'x', labels = 'y' } }",
            "file = 'fruit.csv': ",
            "accepted is a whole zip file",
        ),
        (
            "{ npz = { file = 'arrays.npz', inputs = 'z', labels = 'y' } }",
            "inputs = 'z': ",
            "no such array. Did you mean x? Accepted are x, y",
        ),
        (
            "{ npz = { file = 'arrays.npz', inputs = 'x', labels = 'x' } }",
            "labels = 'x': ",
            "the labels are 12 x 4 x 4: accepted is one dimension",
        ),
        ("{ npz = { file = 'arrays.npz', inputs = 'x' } }", "neither labels nor targets", ""),
        (
            "{ npz = { file = 'arrays.npz', inputs = 'x', labels = 'y', targets = 'y' } }",
            "labels and targets",
            "",
        ),
        (
            "{ npy = { inputs = 'targets.npy', labels = 'inputs.npy' } }",
            "labels = 'inputs.npy': ",
            "accepted",
        ),
        (
            "{ npy = { inputs = 'labels.idx', targets = 'targets.npy' } }",
            "inputs = 'labels.idx': ",
            "does not begin with \\x93NUMPY",
        ),
        (
            "{ idx = { images = 'labels.idx', labels = 'labels.idx' } }",
            "images = 'labels.idx': ",
            "1 dimensions: accepted are two or more",
        ),
        (
            "{ idx = { images = 'images.idx.gz', labels = 'fruit.csv' } }",
            "labels = 'fruit.csv': ",
            "accepted is an IDX file",
        ),
        ("{ cifar10 = { batches = [] } }", "batches = []: ", "accepted are one or more files"),
        (
            "{ cifar10 = { batches = ['labels.idx'] } }",
            "batches = 'labels.idx': ",
            "20 bytes: accepted are one or more whole records of 3073",
        ),
    ];
    for (value, place, message) in cases {
        let found = refused(value);
        assert!(
            found.contains("suite.toml, line 1: ") && found.contains(place) && found.contains(message),
            "{value}: {found}"
        );
    }
}
