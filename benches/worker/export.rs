//! Problems as files that any language reads: arrays of little-endian f64 in C order, and a JSON header.

use std::fs;
use std::path::Path;

use centralflow::autodiff::Parameter;
use centralflow::model::{self, Task};
use centralflow::numeric::{Scalar, pair_count};
use serde_json::{Map, Value, json};

use crate::complementarity::{self, ORDERS};
use crate::derivatives::reference;
use crate::problems::directions;
use crate::{BLOCK, CONTRACTED, Outcome, eigen, example, find};

/// Writes what the peers need for `works` on the problem, and our answers; a trajectory or the example has `steps` points.
pub fn export(name: &str, works: &[String], steps: usize, directory: &Path) -> Outcome<Value> {
    fs::create_dir_all(directory)?;
    let mut files = Files { directory, arrays: Map::new() };
    let mut header =
        if name == "sdcp" { sdcp(&mut files)? } else { network(name, works, steps, &mut files)? };
    header["arrays"] = Value::Object(files.arrays);
    fs::write(directory.join("header.json"), serde_json::to_string_pretty(&header)?)?;
    Ok(json!({}))
}

/// The architecture as a suite file has it, its task, its loss, and where each matrix of parameters is, row-major.
fn network(name: &str, works: &[String], steps: usize, files: &mut Files<'_>) -> Outcome<Value> {
    let problem = find(name)?;
    let (_, w) = problem.program::<f64>();
    let (p, n) = (w.len(), problem.data.len());
    files.write("inputs", &[n, problem.data.features], &problem.data.inputs)?;
    files.write("targets", &[n, problem.data.outputs], &problem.data.targets)?;
    files.write("point", &[p], &w)?;
    files.write("directions", &[BLOCK, p], &directions::<f64>(p, BLOCK))?;
    for work in works {
        let rows = match work.as_str() {
            "gradient" | "hvp1" => 1,
            "hvp8" => BLOCK,
            "third4" => pair_count(CONTRACTED),
            _ => continue,
        };
        files.write(work, &[rows, p], &reference(&problem, work)?)?;
    }
    let graph = problem.graph();
    let mut header = json!({
        "model": model::serialize(&problem.model, serde_json::value::Serializer)?,
        "task": task(&problem.task),
        "loss": problem.loss,
        "parameters": graph.parameters().iter().map(parameter).collect::<Vec<_>>(),
        "tolerance": eigen::TOLERANCE,
    });
    if works.iter().any(|work| work == "example") {
        files.write("example", &[p], &example::start(graph.parameters()))?;
        header["example"] = serde_json::to_value(example::example(&problem, steps)?)?;
    }
    if works.iter().any(|work| work == "eigen4") {
        let path = eigen::trajectory(&problem, steps)?;
        files.write("points", &[path.points.len(), p], &path.points.concat())?;
        files.write("eigen4", &[path.points.len(), eigen::COUNT], &path.values)?;
    }
    Ok(header)
}

/// Its positions are the first that answers and the one after the last.
fn task(task: &Task) -> Value {
    let Task { rows, cols, channels, positions, outputs } = task;
    let positions = positions.as_ref().map(|rows| [rows.start, rows.end]);
    json!({"rows": rows, "cols": cols, "channels": channels, "positions": positions, "outputs": outputs})
}

fn parameter(&Parameter { offset, rows, cols }: &Parameter) -> Value {
    json!({"offset": offset, "rows": rows, "cols": cols})
}

/// A (k x k) and B in the isometric packing: the upper triangle column after column, off-diagonal entries
/// times sqrt 2.
fn sdcp(files: &mut Files<'_>) -> Outcome<Value> {
    for k in ORDERS {
        let problem = complementarity::problem(k);
        let m = pair_count(k);
        files.write(&format!("a{k}"), &[k, k], problem.a().data())?;
        files.write(&format!("b{k}"), &[m, m], problem.b().data())?;
    }
    Ok(json!({"orders": ORDERS}))
}

struct Files<'a> {
    directory: &'a Path,
    arrays: Map<String, Value>,
}

impl Files<'_> {
    fn write<T: Scalar>(&mut self, name: &str, shape: &[usize], data: &[T]) -> Outcome<()> {
        assert_eq!(data.len(), shape.iter().product::<usize>(), "{name} has another shape");
        let bytes: Vec<u8> = data.iter().flat_map(|x| x.to_f64().to_le_bytes()).collect();
        fs::write(self.directory.join(format!("{name}.bin")), bytes)?;
        self.arrays.insert(name.to_owned(), json!(shape));
        Ok(())
    }
}
