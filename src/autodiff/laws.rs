//! Laws that every node obeys in every order: each is put through them in a graph of its own, and in random graphs.

use super::differences::derivative;
use super::sweep::Program;
use super::{Graph, NodeId, Pointwise, Product};
use crate::numeric::random::Stream;
use crate::numeric::vector::{axpy, distance, dot, norm};

/// The shape of the matrices that a node reads.
const SHAPE: (usize, usize) = (4, 3);
/// A node of two matrices of this shape that depend on parameters.
type Node = fn(&mut Graph, NodeId, NodeId) -> NodeId;

const NODES: [(&str, Node); 33] = [
    ("add", |g, h, k| g.add(h, k)),
    ("add to itself", |g, h, _| g.add(h, h)),
    ("subtract", |g, h, k| g.subtract(h, k)),
    ("add a constant", |g, h, _| {
        let c = constant(g);
        g.add(h, c)
    }),
    ("scale", |g, h, _| g.scale(-0.7, h)),
    ("offset", |g, h, _| g.offset(h, 0.3)),
    ("row sum", |g, h, _| g.row_sum(h)),
    ("multiply", |g, h, k| g.multiply(h, k)),
    ("multiply by itself", |g, h, _| g.multiply(h, h)),
    ("multiply by a constant", |g, h, _| {
        let c = constant(g);
        g.multiply(c, h)
    }),
    ("product", |g, h, k| {
        let k = g.transpose(k);
        g.product(Product::Plain, h, k)
    }),
    ("product, right transposed", |g, h, k| g.product(Product::RightTransposed, h, k)),
    ("product, left transposed", |g, h, k| g.product(Product::LeftTransposed, h, k)),
    ("product with itself", |g, h, _| g.product(Product::LeftTransposed, h, h)),
    ("product with a constant", |g, h, _| {
        let c = constant(g);
        g.product(Product::RightTransposed, c, h)
    }),
    ("mean of rows that data weight", |g, h, _| {
        let weights = g.data_matrix(SHAPE.0, 1);
        g.product(Product::LeftTransposed, weights, h)
    }),
    ("product in blocks", |g, h, k| g.block_product(Product::RightTransposed, h, k, 2)),
    ("gather with zeros", |g, h, _| {
        g.gather(h, (5, 7), |i, j| (i > 0 && j % 3 == 1).then(|| (i - 1, j / 3)))
    }),
    ("gather of a wide matrix", |g, h, _| g.gather(h, (2, 21), |i, j| Some(((i + j) % 4, j % 3)))),
    ("transpose", |g, h, _| g.transpose(h)),
    ("reshape", |g, h, _| g.reshape(h, (2, 6))),
    ("slices", |g, h, _| {
        let rows = g.slice_rows(h, 1, 2);
        g.slice_cols(rows, 1, 2)
    }),
    ("concatenate", |g, h, k| {
        let high = g.concatenate_rows(&[h, k, h]);
        let other = g.concatenate_rows(&[k, k, h]);
        g.concatenate_cols(&[high, other])
    }),
    ("broadcast", |g, h, _| {
        let (column, row) = (g.row_sum(h), g.column_sum(h));
        let (column, row) = (g.broadcast(column, SHAPE), g.broadcast(row, SHAPE));
        g.multiply(column, row)
    }),
    ("scatter", |g, h, _| g.scatter(h, (2, 2), |i, j| (i < 3).then_some((i / 2, j % 2)))),
    ("gain", |g, h, _| {
        let gain = g.parameter(1, SHAPE.1);
        let gain = g.broadcast(gain, SHAPE);
        g.multiply(h, gain)
    }),
    ("positions", |g, h, _| {
        let positions = g.parameter(SHAPE.0, SHAPE.1);
        let positions = g.broadcast(positions, SHAPE);
        g.add(h, positions)
    }),
    ("parameter of several readers", |g, h, k| {
        let w = g.parameter(3, 3);
        let (h, k) = (g.matmul(h, w), g.matmul(k, w));
        let gathered = g.gather(w, SHAPE, |i, j| (i < 3).then_some((j, i)));
        let sum = g.add(h, gathered);
        g.multiply(sum, k)
    }),
    ("sigmoid", |g, h, _| g.pointwise(Pointwise::Sigmoid, h)),
    ("reciprocal", |g, h, _| positive(g, Pointwise::Reciprocal, h)),
    ("square root", |g, h, _| positive(g, Pointwise::SquareRoot, h)),
    ("inverse square root", |g, h, _| positive(g, Pointwise::InverseSquareRoot, h)),
    ("exponential", |g, h, _| g.pointwise(Pointwise::Exp, h)),
];

fn constant(graph: &mut Graph) -> NodeId {
    let entries = Stream::new(11, "constant").normals(SHAPE.0 * SHAPE.1);
    graph.constant(SHAPE.0, SHAPE.1, entries)
}

/// `f(1 + softplus(x))`.
fn positive(graph: &mut Graph, f: Pointwise, x: NodeId) -> NodeId {
    let softplus = graph.pointwise(Pointwise::Softplus, x);
    let positive = graph.offset(softplus, 1.0);
    graph.pointwise(f, positive)
}

/// `tanh(x W + b)` of each row of the data.
fn layer(graph: &mut Graph, x: NodeId) -> NodeId {
    let (w, b) = (graph.parameter(graph.cols(x), SHAPE.1), graph.parameter(1, SHAPE.1));
    let product = graph.matmul(x, w);
    let sum = graph.add_row(product, b);
    graph.pointwise(Pointwise::Tanh, sum)
}

/// The weighted sum of the squares of a matrix's entries.
fn finish(graph: &mut Graph, z: NodeId) {
    let weights = graph.data_matrix(graph.rows(z), graph.cols(z));
    let square = graph.pointwise(Pointwise::Square, z);
    let weighted = graph.multiply(square, weights);
    let sums = graph.row_sum(weighted);
    graph.column_sum(sums);
}

fn graph_of(node: Node) -> Graph {
    let mut graph = Graph::new();
    let x = graph.data_matrix(SHAPE.0, 2);
    let (h, k) = (layer(&mut graph, x), layer(&mut graph, x));
    let z = node(&mut graph, h, k);
    // What the node does not read is read here.
    let z = fitted(&mut graph, z);
    let sum = graph.add(z, h);
    let sum = graph.subtract(sum, k);
    finish(&mut graph, sum);
    graph
}

/// Some nodes one after the other, each of the two matrices before it.
fn random_graph(seed: u64) -> Graph {
    let mut stream = Stream::new(seed, "graph");
    let mut graph = Graph::new();
    let x = graph.data_matrix(SHAPE.0, 2);
    let (mut h, mut k) = (layer(&mut graph, x), layer(&mut graph, x));
    for _ in 0..5 {
        let (_, node) = NODES[(stream.uniform() * NODES.len() as f64) as usize];
        let z = node(&mut graph, h, k);
        let z = fitted(&mut graph, z);
        let sum = graph.add(z, k);
        (h, k) = (graph.pointwise(Pointwise::Tanh, sum), h);
    }
    let sum = graph.add(h, k);
    finish(&mut graph, sum);
    graph
}

/// The entries of `z` again and again in a matrix of the common shape.
fn fitted(graph: &mut Graph, z: NodeId) -> NodeId {
    let (rows, cols) = (graph.rows(z), graph.cols(z));
    graph.gather(z, SHAPE, |i, j| Some((i % rows, j % cols)))
}

fn graphs() -> Vec<(String, Graph)> {
    let nodes = NODES.iter().map(|&(name, node)| (name.to_string(), graph_of(node)));
    let random = (0..20).map(|seed| (format!("random graph {seed}"), random_graph(seed)));
    nodes.chain(random).collect()
}

fn tables(graph: &Graph, examples: usize) -> Vec<Vec<f64>> {
    let mut stream = Stream::new(3, "data");
    graph.data_shapes().iter().map(|(rows, cols)| stream.normals(rows * cols * examples)).collect()
}

fn point(program: &Program<f64>) -> Vec<f64> {
    Stream::new(1, "point").normals(program.dim()).iter().map(|w| 0.7 * w).collect()
}

/// Directions of length one, one after the other.
fn directions(program: &Program<f64>, k: usize) -> Vec<f64> {
    let mut u = Stream::new(2, "directions").normals(k * program.dim());
    for u in u.chunks_mut(program.dim()) {
        let length = norm(u);
        u.iter_mut().for_each(|u| *u /= length);
    }
    u
}

/// Loss, gradient, HVPs and third order along k directions.
fn all_orders(program: &Program<f64>, k: usize) -> [Vec<f64>; 4] {
    let u = directions(program, k);
    let at = program.linearize(&point(program));
    [vec![at.loss()], at.gradient().to_vec(), at.hvp(&u), at.third_order(&u)]
}

/// The errors of gradient, HVPs and third order against differences of the order below, relative to their length.
fn errors(program: &Program<f64>) -> [f64; 3] {
    let (w, p) = (point(program), program.dim());
    let u = directions(program, 2);
    let (first, second) = u.split_at(p);
    let at = program.linearize(&w);
    let relative = |found: &[f64], expected: &[f64]| distance(found, expected) / norm(expected).max(1e-3);
    let slope = derivative(&w, first, |w| vec![program.linearize(w).loss()]);
    let gradient = (dot(at.gradient(), first) - slope[0]).abs() / norm(at.gradient()).max(1e-3);
    let hvp = relative(&at.hvp(first), &derivative(&w, first, |w| program.linearize(w).gradient().to_vec()));
    let third = at.third_order(&u);
    let along = |v: &[f64]| derivative(&w, v, |w| program.linearize(w).hvp(second));
    // The pairs (0, 0), (0, 1), (1, 1).
    let mixed = relative(&third[p..2 * p], &along(first));
    [gradient, hvp, mixed.max(relative(&third[2 * p..], &along(second)))]
}

#[test]
fn derivatives_of_every_node_match_differences_of_the_order_below() {
    let mut largest = [0.0_f64; 3];
    for (name, graph) in graphs() {
        let tables = tables(&graph, 3);
        let found = errors(&Program::new(graph, tables, 3));
        for (order, bound) in [1e-8, 1e-8, 1e-7].into_iter().enumerate() {
            assert!(found[order] < bound, "{name}, order {}: {:e}", order + 1, found[order]);
            largest[order] = largest[order].max(found[order]);
        }
    }
    println!("errors of gradient, HVP and third order, at most: {largest:?}");
}

/// What n examples give is the mean of what each gives alone.
#[test]
fn every_example_counts_whatever_its_rows() {
    for (name, graph) in graphs() {
        let examples = 45;
        let tables = tables(&graph, examples);
        let alone = |example: usize| {
            let of_one = |(table, (rows, cols)): (&Vec<f64>, &(usize, usize))| {
                table[example * rows * cols..][..rows * cols].to_vec()
            };
            let tables = tables.iter().zip(graph.data_shapes()).map(of_one).collect();
            all_orders(&Program::new(graph.clone(), tables, 1), 3)
        };
        let together = all_orders(&Program::new(graph.clone(), tables.clone(), examples), 3);
        let mut mean = together.clone().map(|order| vec![0.0; order.len()]);
        for example in 0..examples {
            for (mean, one) in mean.iter_mut().zip(alone(example)) {
                axpy(1.0 / examples as f64, &one, mean);
            }
        }
        for order in 0..4 {
            let error = distance(&together[order], &mean[order]) / norm(&mean[order]).max(1e-3);
            assert!(error < 1e-12, "{name}, order {order}: {error:e}");
        }
    }
}

#[test]
fn threads_change_no_bit() {
    for (name, graph) in graphs() {
        let tables = tables(&graph, 45);
        let program = Program::new(graph, tables, 45);
        for k in [1, 3, 4] {
            let with = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                pool.install(|| all_orders(&program, k))
            };
            let one = with(1);
            for threads in [2, 3] {
                assert!(one == with(threads), "{name}: {threads} threads, {k} directions");
            }
        }
    }
}

/// The gradient keeps its bits where each parameter has one reader; other sums have the same terms in another order.
#[test]
fn the_size_of_chunks_changes_order_only() {
    for (name, graph) in graphs() {
        let tables = tables(&graph, 45);
        let with =
            |chunk: usize| all_orders(&Program::with_chunks_of(chunk, graph.clone(), tables.clone(), 45), 3);
        let one = with(1);
        for chunk in [2, 7, 64] {
            let found = with(chunk);
            assert!(one[0] == found[0], "{name}: the loss by chunks of {chunk}");
            assert!(one[1] == found[1] || has_readers(&graph), "{name}: the gradient by chunks of {chunk}");
            for (one, found) in one.iter().zip(&found) {
                assert!(distance(one, found) <= 1e-13 * norm(one), "{name}: chunks of {chunk}");
            }
        }
    }
}

/// Whether a parameter has more than one reader.
fn has_readers(graph: &Graph) -> bool {
    super::plan::Plan::new::<f64>(graph).factors.iter().any(|factor| factor.readers > 1)
}

#[test]
#[should_panic(expected = "nothing reads it")]
fn a_node_that_nothing_reads_is_told() {
    let mut graph = Graph::new();
    let x = graph.data_matrix(2, 2);
    let h = layer(&mut graph, x);
    graph.transpose(h);
    finish(&mut graph, h);
    let tables = tables(&graph, 1);
    Program::new(graph, tables, 1);
}

/// Rows are other distances apart in single precision; 1e-3 is ten thousand roundings, amplified by the third order.
#[test]
fn single_precision_is_double_precision_rounded() {
    let round = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<f32>>();
    let exact = |x: Vec<f32>| x.into_iter().map(f64::from).collect::<Vec<f64>>();
    for (name, graph) in graphs() {
        let tables = tables(&graph, 9);
        let single = Program::<f32>::new(graph.clone(), tables.iter().map(|table| round(table)).collect(), 9);
        let program = Program::new(graph, tables, 9);
        let u = round(&directions(&program, 2));
        let at = single.linearize(&round(&point(&program)));
        let found = [vec![at.loss()], at.gradient().to_vec(), at.hvp(&u), at.third_order(&u)].map(exact);
        for (order, (found, expected)) in found.iter().zip(all_orders(&program, 2)).enumerate() {
            let error = distance(found, &expected) / norm(&expected).max(1e-3);
            assert!(error < 1e-3, "{name}, order {order}: {error:e}");
        }
    }
}
