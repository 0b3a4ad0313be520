//! One problem for each architecture but the fully connected ones, small enough to compare all answers often. Between them and the large
//! ones, each branch of an architecture is taken.

use std::sync::Arc;

use centralflow::data;
use centralflow::data::digits::Digits;
use centralflow::data::sorting;
use centralflow::model::Entry;
use centralflow::model::cnn::CnnEntry;
use centralflow::model::deep_linear::DeepLinearEntry;
use centralflow::model::layers::activation::Activation;
use centralflow::model::lstm::LstmEntry;
use centralflow::model::mamba::MambaEntry;
use centralflow::model::resnet::ResnetEntry;
use centralflow::model::transformer::{Placing, TransformerEntry};
use centralflow::model::vit::VitEntry;
use centralflow::objective::{Loss, task};

use super::Problem;

pub fn problems() -> Vec<Problem> {
    let activation = Activation::Gelu;
    let (digits, quarters) = (Digits::default(), Digits { side: 4 });
    let words = sorting::sorting(4, 6);
    let deep_linear = DeepLinearEntry { hidden: vec![12; 4], gain: 0.55 };
    let cnn = CnnEntry { channels: vec![4, 8], kernel: 3, pool: 2, hidden: vec![10], activation, gain: 2.0 };
    let resnet = ResnetEntry { channels: vec![4, 8], blocks: 1, groups: 2, pool: 2, activation };
    let vit = VitEntry {
        patch: 2,
        width: 8,
        depth: 1,
        heads: 2,
        head_width: 4,
        hidden: 16,
        activation,
        patch_norm: false,
    };
    let transformer =
        TransformerEntry { width: 12, depth: 1, heads: 2, hidden: 24, activation, norm: Placing::Before };
    let lstm = LstmEntry { width: 12, depth: 1, embedding: Some(8) };
    let mamba = MambaEntry {
        width: 8,
        depth: 1,
        expand: 2,
        states: 4,
        kernel: 4,
        step_rank: 1,
        deviation: 0.3,
        output_gain: 0.3,
    };
    let (mse, cross_entropy) = (Loss::Mse, Loss::CrossEntropy);
    vec![
        problem("deep_linear 16-12-12-12-12-10 n=100", &quarters, 100, Arc::new(deep_linear), mse),
        problem("cnn 4-8 gelu 8x8 n=100", &digits, 100, Arc::new(cnn), mse),
        problem("resnet 4-8 gelu 8x8 n=60", &digits, 60, Arc::new(resnet), cross_entropy),
        problem("vit 1 layer d=8 8x8 n=60", &digits, 60, Arc::new(vit), mse),
        problem("transformer 1 layer d=12 n=60", &words, 60, Arc::new(transformer), cross_entropy),
        problem("lstm 12 n=100", &digits, 100, Arc::new(lstm), mse),
        problem("mamba 1 layer d=8 n=60", &words, 60, Arc::new(mamba), mse),
    ]
}

fn problem(
    name: &'static str,
    data: &dyn data::Entry,
    examples: usize,
    model: Arc<dyn Entry>,
    loss: Loss,
) -> Problem {
    let (data, task) = (data.examples(examples, 0), task(data));
    Problem { name, data, task, model, loss, deviation: 0.15, learning_rate: None }
}
