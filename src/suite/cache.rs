//! Lets all tests of a case share its run, within a process and, by way of a folder, across processes.
//!
//! A test runner may start one process a test. The first process that needs a run takes the lock, runs and writes the
//! record; the others wait for the lock and read it. A file is good only for the very program, experiment, seed and
//! probes it was written by, so a changed program never sees old numbers.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Case;
use crate::experiment::{Record, Unwatched};
use crate::storage;

/// Runs of cases, each done at most once.
pub struct Cache {
    folder: PathBuf,
    program: PathBuf,
    program_hash: OnceLock<String>,
    runs: Mutex<HashMap<String, Shared>>,
}

type Run = Result<Arc<Record>, String>;
type Shared = Arc<OnceLock<Run>>;

impl Cache {
    /// A cache with its files in `folder`, good for the program whose file is `program`.
    pub fn new(folder: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            program: program.into(),
            program_hash: OnceLock::new(),
            runs: Mutex::default(),
        }
    }

    /// The record of the case's run, or why there is none. Whoever asks while it is being run waits.
    pub fn record(&self, case: &Case) -> Run {
        self.record_with(case, || case.run(&Unwatched).map_err(|error| error.to_string()))
    }

    fn record_with(&self, case: &Case, run: impl FnOnce() -> Result<Record, String>) -> Run {
        let key = self.key(case)?;
        let shared = {
            let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
            runs.entry(key.clone()).or_default().clone()
        };
        shared.get_or_init(|| self.read_or_run(case, &key, run).map(Arc::new)).clone()
    }

    fn read_or_run(
        &self,
        case: &Case,
        key: &str,
        run: impl FnOnce() -> Result<Record, String>,
    ) -> Result<Record, String> {
        let path = self.folder.join(format!("{}-seed{}.json", case.spec.name, case.seed));
        let _lock = lock(&path.with_extension("lock"))
            .map_err(|error| format!("the cache folder {} cannot be used: {error}", self.folder.display()))?;
        if let Some(record) = read(&path, key) {
            return Ok(record);
        }
        let record = run()?;
        write(&path, key, &record)
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        // What is read back is what all other processes see; JSON has no NaN, so it may be unreadable.
        Ok(read(&path, key).unwrap_or(record))
    }

    /// SHA-256 of all that the record depends on.
    fn key(&self, case: &Case) -> Result<String, String> {
        let run = serde_json::to_string(&(&case.spec, case.seed, case.plan()))
            .map_err(|error| error.to_string())?;
        let mut hasher = Sha256::new();
        hasher.update(self.program_hash()?);
        hasher.update(run);
        Ok(hex(&hasher.finalize()))
    }

    fn program_hash(&self) -> Result<String, String> {
        if let Some(hash) = self.program_hash.get() {
            return Ok(hash.clone());
        }
        let bytes = fs::read(&self.program)
            .map_err(|error| format!("{} cannot be read: {error}", self.program.display()))?;
        Ok(self.program_hash.get_or_init(|| hex(&Sha256::digest(&bytes))).clone())
    }
}

/// A record as it stands in a file.
#[derive(Serialize, Deserialize)]
struct Stored<R> {
    key: String,
    record: R,
}

/// Takes the lock; it is released when the file is dropped, or by the system when the process dies.
fn lock(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}

/// The record in the file, unless that is missing, corrupt or made for another key.
fn read(path: &Path, key: &str) -> Option<Record> {
    let stored: Stored<Record> = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (stored.key == key).then_some(stored.record)
}

/// Writes the record; a process that dies leaves no half file.
fn write(path: &Path, key: &str, record: &Record) -> io::Result<()> {
    let text = serde_json::to_vec(&Stored { key: key.to_string(), record })?;
    storage::replace(path, |out| out.write_all(&text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::suite::parse;

    /// A folder that is removed in the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("centralflow-cache-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }

        fn cache(&self) -> Cache {
            let program = self.0.join("program");
            fs::write(&program, "one").expect("written");
            Cache::new(self.0.join("cache"), program)
        }

        fn file(&self) -> PathBuf {
            self.0.join("cache/quadratic-seed3.json")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn case() -> Case {
        let text = "description = ''\n[[experiment]]\nname = 'quadratic'\nseeds = [3]\n\
                    predictions = ['quadratic_modes']\nlearning_rate = 0.1\nsteps = 4\n\
                    objective.quadratic.spectrum = [1, 2, 5]\n";
        parse("tiny.toml", text).unwrap_or_else(|error| panic!("{error}")).cases().remove(0)
    }

    /// The record through `cache`, counting the runs.
    fn counted(cache: &Cache, case: &Case, runs: &AtomicUsize) -> Arc<Record> {
        let run = || {
            runs.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(20));
            case.run(&Unwatched).map_err(|error| error.to_string())
        };
        cache.record_with(case, run).expect("it runs")
    }

    #[test]
    fn concurrent_trials_share_one_run() {
        let folder = Folder::new("threads");
        let (cache, runs) = (folder.cache(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| counted(&cache, &case(), &runs));
            }
        });
        assert_eq!(runs.into_inner(), 1);
    }

    #[test]
    fn concurrent_processes_share_one_run() {
        // A second cache on the same folder is all that a second process would be: the lock is the file's.
        let folder = Folder::new("processes");
        let runs = AtomicUsize::new(0);
        let caches: Vec<Cache> = (0..8).map(|_| folder.cache()).collect();
        let records: Vec<Arc<Record>> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                caches.iter().map(|cache| scope.spawn(|| counted(cache, &case(), &runs))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(runs.into_inner(), 1);
        assert!(records.iter().all(|record| record == &records[0]));
    }

    #[test]
    fn a_corrupt_file_is_rerun() {
        let folder = Folder::new("corrupt");
        let runs = AtomicUsize::new(0);
        let first = counted(&folder.cache(), &case(), &runs);
        for corrupt in ["", "{", "{\"key\":\"\",\"record\":{}}"] {
            fs::write(folder.file(), corrupt).expect("written");
            assert_eq!(counted(&folder.cache(), &case(), &runs), first);
        }
        let half = fs::read(folder.file()).expect("there");
        fs::write(folder.file(), &half[..half.len() / 2]).expect("written");
        assert_eq!(counted(&folder.cache(), &case(), &runs), first);
        assert_eq!(runs.into_inner(), 5);
    }

    #[test]
    fn another_program_experiment_seed_or_probe_is_rerun() {
        let folder = Folder::new("key");
        let runs = AtomicUsize::new(0);
        counted(&folder.cache(), &case(), &runs);
        let changed = folder.cache();
        fs::write(&changed.program, "two").expect("written");
        counted(&changed, &case(), &runs);
        assert_eq!(runs.load(Ordering::SeqCst), 2);
        let mut longer = case();
        longer.spec.settings.steps += 1;
        counted(&folder.cache(), &longer, &runs);
        let mut unprobed = case();
        unprobed.predictions.clear();
        assert_ne!(folder.cache().key(&unprobed), folder.cache().key(&case()));
        let reseeded = Case { seed: 4, ..case() };
        assert_ne!(folder.cache().key(&reseeded), folder.cache().key(&case()));
        assert_eq!(runs.into_inner(), 3);
    }

    #[test]
    fn an_error_is_passed_on() {
        let folder = Folder::new("error");
        let result = folder.cache().record_with(&case(), || Err("no".into()));
        assert_eq!(result, Err("no".to_string()));
        assert!(!folder.file().exists());
    }
}
