#[path = "../benches/problems/mod.rs"]
mod problems;
use problems::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let all = problems();
    let problem = &all[a[1].parse::<usize>().unwrap()];
    let n: usize = a[3].parse().unwrap();
    let (program, w) = problem.program::<f64>();
    let u = directions::<f64>(w.len(), 8);
    let at = program.linearize(&w);
    let t = std::time::Instant::now();
    for _ in 0..n {
        match a[2].as_str() {
            "g" => {
                std::hint::black_box(program.linearize(&w).loss());
            }
            "h1" => {
                std::hint::black_box(at.hvp(&u[..w.len()]));
            }
            "h8" => {
                std::hint::black_box(at.hvp(&u));
            }
            "t4" => {
                std::hint::black_box(at.third_order(&u[..4 * w.len()]));
            }
            "t6" => {
                std::hint::black_box(at.third_order(&u[..6 * w.len()]));
            }
            _ => panic!(),
        }
    }
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let _ = f;
    let usage = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    let cpu: f64 = usage.split_whitespace().next().unwrap().parse().unwrap();
    println!(
        "{} {} wall {:.3} ms  main-cpu {:.3} ms",
        a[1],
        a[2],
        t.elapsed().as_secs_f64() * 1e3 / n as f64,
        cpu / 1e6 / n as f64
    );
}
