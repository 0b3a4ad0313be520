use centralflow::dynamics::*; use centralflow::prediction::*;
struct P; impl Progress for P { fn step(&self) {} fn cancelled(&self)->bool {false} }
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&a[1]).unwrap();
    let spec: ExperimentSpec = toml::from_str(&text).unwrap();
    let seed: u64 = a[2].parse().unwrap();
    let t0 = std::time::Instant::now();
    let r = run(&spec, seed, &[Probe::Expansion, Probe::QuadraticModel], &P).unwrap();
    println!("{} seed {} time {:?} stopped {:?} products {:?} dim {}", spec.name, seed, t0.elapsed(), r.stopped(), r.products, r.dim);
    if a.len() > 3 { for s in r.samples.iter().step_by((spec.steps/16).max(1)) {
        let m = s.midpoint.as_ref(); let c = s.central_flow.as_ref(); let f = s.gradient_flow.as_ref();
        println!("t {:4} L {:.5} mid {:.3?} cf {:.4?} sig {:.2e} gf {:.2} d_cf {:.3?} d_gf {:.3?} comp {:.4?} path {:.2?}", s.step, s.discrete.loss, m.map(|m| m.eigenvalues.iter().take(4).cloned().collect::<Vec<_>>()), c.map(|c| c.eigenvalues.iter().take(4).cloned().collect::<Vec<_>>()), c.map_or(0.0,|c| c.trace()), f.map_or(0.0,|f| f.sharpness), m.and_then(|m| m.to_central_flow), m.and_then(|m| m.to_gradient_flow), s.companion.as_ref().map(|c| c.distance), c.map(|c| c.path));
    }}
    for p in registry() { let f = p.judge(&r); let j=&f.claim; let k=&f.control;
        let g = |x: Option<f64>| x.map_or("-".into(), |x| format!("{x:.3e}"));
        println!("{:30} {:?} pred {} meas {} disc {} tol {} err {} | ctl {:?} disc {} tol {} err {} {}", p.name(), j.verdict, g(j.predicted), g(j.measured), g(j.discrepancy), g(j.tolerance), g(j.numerical_error), k.verdict, g(k.discrepancy), g(k.tolerance), g(k.numerical_error), if j.verdict==Outcome::NotReached {j.reason.clone()} else {String::new()});
    }
}
