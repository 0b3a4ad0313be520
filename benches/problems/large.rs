//! P3, P4 and P5: a convolutional network, a causal and a vision transformer, on small colour images and on words.

use std::sync::Arc;

use centralflow::data::{Entry as _, gaussian, sorting};
use centralflow::model::cnn::CnnEntry;
use centralflow::model::layers::activation::Activation;
use centralflow::model::transformer::{Placing, TransformerEntry};
use centralflow::model::vit::VitEntry;
use centralflow::model::{Entry, Task};
use centralflow::objective::{Loss, task};

use super::Problem;

/// Outputs start at zero in both transformers.
const DEVIATION: f64 = 0.15;

pub fn problems() -> Vec<Problem> {
    let cnn = CnnEntry {
        channels: vec![32, 64],
        kernel: 3,
        pool: 2,
        hidden: vec![128],
        activation: Activation::Gelu,
        gain: 1.0,
    };
    let transformer = TransformerEntry {
        width: 32,
        depth: 4,
        heads: 4,
        hidden: 128,
        activation: Activation::Gelu,
        norm: Placing::After,
    };
    let vit = VitEntry {
        patch: 4,
        width: 64,
        depth: 4,
        heads: 8,
        head_width: 64,
        hidden: 256,
        activation: Activation::Gelu,
        patch_norm: true,
    };
    vec![
        images("P3 cnn 32-64 gelu 3x32x32 n=500", 500, Arc::new(cnn), 0.0),
        words("P4 transformer 4 layers d=32 n=1000", 1000, Arc::new(transformer)),
        images("P5 vit 4 layers d=64 3x32x32 n=100", 100, Arc::new(vit), DEVIATION),
    ]
}

/// Normal numbers of the size of colour images, in four classes.
fn images(name: &'static str, examples: usize, model: Arc<dyn Entry>, deviation: f64) -> Problem {
    let task = Task { rows: 32, cols: 32, channels: 3, positions: None, outputs: 4 };
    let data = gaussian::gaussian(examples, task.features(), task.outputs, 0);
    Problem { name, data, task, model, loss: Loss::Mse, deviation, learning_rate: None }
}

/// Words of eight letters of four, to be sorted.
fn words(name: &'static str, examples: usize, model: Arc<dyn Entry>) -> Problem {
    let words = sorting::sorting(4, 8);
    let data = words.examples(examples, 0);
    let task = task(&words);
    Problem { name, data, task, model, loss: Loss::Mse, deviation: DEVIATION, learning_rate: None }
}
