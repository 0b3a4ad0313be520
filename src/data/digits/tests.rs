//! The shipped file is the published one, and its rows keep their labels.

use super::*;
use crate::numeric::random::Stream;

fn label(target: &[f64]) -> usize {
    let ones: Vec<usize> = (0..target.len()).filter(|&class| target[class] == 1.0).collect();
    assert_eq!((ones.len(), target.iter().sum::<f64>()), (1, 1.0), "a target is one-hot: {target:?}");
    ones[0]
}

fn labels(data: &Dataset) -> Vec<usize> {
    data.targets.chunks(CLASSES).map(label).collect()
}

/// The share of examples that are nearest to the mean of their own class, the means being those of these examples.
fn nearest_class_mean(data: &Dataset, labels: &[usize]) -> f64 {
    let rows: Vec<&[f64]> = data.inputs.chunks(FEATURES).collect();
    let mean = |class: usize| -> Vec<f64> {
        let members: Vec<&[f64]> =
            rows.iter().zip(labels).filter(|(_, label)| **label == class).map(|(row, _)| *row).collect();
        (0..FEATURES).map(|f| members.iter().map(|row| row[f]).sum::<f64>() / members.len() as f64).collect()
    };
    let means: Vec<Vec<f64>> = (0..CLASSES).map(mean).collect();
    let distance =
        |row: &[f64], mean: &[f64]| row.iter().zip(mean).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let nearest = |row: &[f64]| {
        (0..CLASSES)
            .min_by(|&a, &b| distance(row, &means[a]).total_cmp(&distance(row, &means[b])))
            .expect("ten classes")
    };
    let right = rows.iter().zip(labels).filter(|(row, label)| nearest(row) == **label).count();
    right as f64 / rows.len() as f64
}

fn selection(seed: u64, examples: usize) -> Dataset {
    digits().select(&Stream::new(seed, "examples").choose(EXAMPLES, examples))
}

#[test]
fn has_the_published_shape() {
    let data = digits();
    assert_eq!((data.len(), data.inputs.len()), (EXAMPLES, EXAMPLES * FEATURES));
    assert!(data.inputs.iter().all(|x| (-1.0..=1.0).contains(x)));
    // The class counts of the published test set.
    let count = |class| data.targets.chunks(CLASSES).map(|row| row[class]).sum::<f64>();
    assert_eq!(
        (0..CLASSES).map(|class| count(class) as usize).collect::<Vec<_>>(),
        [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    );
}

/// The sums of the file's pixels and of their squares, 561718 and 6907012, counted in the file by another program: pixels
/// are multiples of 1/8, so that all sums here are exact. The mean, 4.884 of 16, is that which others report of this set.
#[test]
fn has_the_pixels_of_the_file() {
    #[rustfmt::skip]
    let first = [
        0, 0, 5, 13, 9, 1, 0, 0,   0, 0, 13, 15, 10, 15, 5, 0,   0, 3, 15, 2, 0, 11, 8, 0,   0, 4, 12, 0, 0, 8, 8, 0,
        0, 5, 8, 0, 0, 9, 8, 0,   0, 4, 11, 0, 1, 12, 7, 0,   0, 2, 14, 5, 10, 12, 0, 0,   0, 0, 6, 13, 10, 0, 0, 0,
    ];
    let data = digits();
    assert_eq!(data.inputs[..FEATURES], first.map(|pixel| f64::from(pixel) / 8.0 - 1.0));
    let (sum, squares) = data.inputs.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    let count = (EXAMPLES * FEATURES) as f64;
    assert_eq!(sum, 561_718.0 / 8.0 - count);
    assert_eq!(squares, 6_907_012.0 / 64.0 - 2.0 * 561_718.0 / 8.0 + count);
    let labels = labels(data);
    assert_eq!((&labels[..12], labels[EXAMPLES - 1]), (&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1][..], 8));
}

#[test]
fn a_selection_has_the_rows_and_labels_of_its_indices() {
    let all = digits();
    let indices = Stream::new(4, "examples").choose(EXAMPLES, 50);
    let chosen = all.select(&indices);
    for (row, &index) in indices.iter().enumerate() {
        assert_eq!(
            chosen.inputs[row * FEATURES..(row + 1) * FEATURES],
            all.inputs[index * FEATURES..(index + 1) * FEATURES],
        );
        assert_eq!(
            chosen.targets[row * CLASSES..(row + 1) * CLASSES],
            all.targets[index * CLASSES..(index + 1) * CLASSES]
        );
    }
}

/// A digit looks like the others of its class, whoever selects it: nine in ten are nearest to their own mean. With labels
/// of other rows it is about one in four of 200, more than a tenth because each row has its share in its own mean.
#[test]
fn rows_keep_their_labels() {
    let shares = |data: &Dataset| {
        let labels = labels(data);
        let mut shifted = labels.clone();
        shifted.rotate_right(1);
        let order = Stream::new(9, "permuted").choose(labels.len(), labels.len());
        let permuted: Vec<usize> = order.iter().map(|&i| labels[i]).collect();
        [&labels, &shifted, &permuted].map(|labels| nearest_class_mean(data, labels))
    };
    let selections = (0..4).map(|seed| selection(seed, 200));
    for (which, data) in selections.chain([digits().clone()]).enumerate() {
        let [right, shifted, permuted] = shares(&data);
        assert!(right > 0.8, "{which}: {right} of the rows are nearest to their own class");
        assert!(shifted < 0.5 && permuted < 0.5, "{which}: {shifted} and {permuted} with wrong labels");
    }
}

/// Of fewer pixels they are the same examples, and averages keep the mean of an image.
#[test]
fn images_of_fewer_pixels_are_the_same_images() {
    let whole = Digits::default().examples(30, 3);
    for side in [1, 2, 4] {
        let small = Digits { side }.examples(30, 3);
        assert_eq!((small.features, small.len(), &small.targets), (side * side, 30, &whole.targets));
        for (image, other) in whole.inputs.chunks(FEATURES).zip(small.inputs.chunks(side * side)) {
            let mean = |image: &[f64]| image.iter().sum::<f64>() / image.len() as f64;
            assert!((mean(image) - mean(other)).abs() < 1e-14);
        }
    }
    assert_eq!(Digits { side: 8 }.examples(30, 3), whole);
}
