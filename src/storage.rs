//! Files for results: replaced as a whole or not at all, whoever else writes there at the same time.
//!
//! Content grows under a name of its own and then takes the place of the file. A link is followed, so what it points to
//! is replaced and the link stays. What is no regular file, such as a device, a FIFO or a stream that this program has
//! open, is written to and never replaced.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether [`replace`] will be able to write there; makes the folder if need be, and leaves all files as they are.
pub fn check(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match Place::of(path)? {
        Place::Regular(path) => {
            let unfinished = Unfinished::beside(&path)?;
            fs::remove_file(unfinished.path)
        }
        // To open a FIFO is to wait for its reader.
        Place::Stream(path) if is_fifo(&path) => Ok(()),
        Place::Stream(path) => File::options().append(true).open(path).map(drop),
        Place::Stdout | Place::Stderr => Ok(()),
    }
}

/// Writes there what `content` writes, in place of what was there.
pub fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match Place::of(path)? {
        Place::Regular(path) => Unfinished::beside(&path)?.finish(&path, content),
        Place::Stream(path) => write_to(File::options().append(true).open(path)?, content),
        Place::Stdout => write_to(io::stdout().lock(), content),
        Place::Stderr => write_to(io::stderr().lock(), content),
    }
}

/// True if there is a regular file, or a link to one, that is not open as stdout or stderr.
pub fn holds_a_file(path: &Path) -> bool {
    matches!(Place::of(path), Ok(Place::Regular(path)) if path.exists())
}

/// Where content goes.
#[derive(Debug, PartialEq)]
enum Place {
    /// A regular file, or none yet; no link.
    Regular(PathBuf),
    /// Something to be opened and written to.
    Stream(PathBuf),
    Stdout,
    Stderr,
}

/// Links to links that are followed, as many as Linux does.
const MOST_LINKS: usize = 40;

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let there = match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(there) => Some(there),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if let Some(standard) = there.as_ref().and_then(standard) {
            return Ok(standard);
        }
        if there.is_some_and(|there| !there.is_file()) {
            return Ok(Place::Stream(path.into()));
        }
        let mut path = path.to_path_buf();
        for _ in 0..MOST_LINKS {
            if !path.is_symlink() {
                return Ok(Place::Regular(path));
            }
            let folder = folder(&path).canonicalize()?;
            if folder.starts_with("/proc") {
                return Ok(Place::Stream(path)); // an open file of some process: its name may lead elsewhere
            }
            path = folder.join(fs::read_link(&path)?);
        }
        Err(io::Error::other("too many links"))
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The standard stream that this is, if it is one.
#[cfg(unix)]
fn standard(there: &Metadata) -> Option<Place> {
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::fs::MetadataExt;
    let is = |stream: BorrowedFd<'_>| {
        let open = stream.try_clone_to_owned().and_then(|stream| File::from(stream).metadata());
        open.is_ok_and(|open| (open.dev(), open.ino()) == (there.dev(), there.ino()))
    };
    if is(io::stdout().as_fd()) {
        Some(Place::Stdout)
    } else if is(io::stderr().as_fd()) {
        Some(Place::Stderr)
    } else {
        None
    }
}

#[cfg(not(unix))]
fn standard(_: &Metadata) -> Option<Place> {
    None
}

#[cfg(unix)]
fn is_fifo(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|there| there.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_fifo(_: &Path) -> bool {
    false
}

/// A reader who has seen enough and closes the pipe is no error.
fn write_to(out: impl Write, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match content(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            let _ = out.into_parts(); // what nobody reads is not tried again
            Ok(())
        }
        result => result,
    }
}

/// A file that grows.
struct Unfinished {
    path: PathBuf,
    file: File,
}

impl Unfinished {
    /// A new file in the same folder, under a name that no other process and no other thread uses, also where one with
    /// this process's number has left a file behind.
    fn beside(path: &Path) -> io::Result<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let process = std::process::id();
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder(path).join(format!(".centralflow-{process}-{number}.unfinished"));
            match File::create_new(&path) {
                Ok(file) => return Ok(Self { path, file }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn finish(self, path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::new(self.file);
        let result = content(&mut out).and_then(|()| out.flush());
        let result = result.and_then(|()| fs::rename(&self.path, path));
        if result.is_err() {
            let _ = fs::remove_file(&self.path);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is removed in the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("centralflow-storage-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }

        fn files(&self) -> usize {
            fs::read_dir(&self.0).expect("it is there").count()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn write(path: &Path, text: &str) -> io::Result<()> {
        check(path)?;
        replace(path, |out| out.write_all(text.as_bytes()))
    }

    #[test]
    fn what_is_written_replaces_what_was_there() {
        let folder = Folder::new("replaced");
        let path = folder.0.join("new/a.csv");
        for text in ["long before", "after"] {
            write(&path, text).expect("written");
        }
        assert_eq!(fs::read_to_string(&path).expect("there"), "after");
        assert_eq!(fs::read_dir(folder.0.join("new")).expect("there").count(), 1);
    }

    #[test]
    fn content_that_fails_leaves_what_was_there() {
        let folder = Folder::new("fails");
        let path = folder.0.join("a.csv");
        write(&path, "before").expect("written");
        let half = replace(&path, |out| {
            out.write_all(b"half")?;
            Err(ErrorKind::StorageFull.into())
        });
        assert!(half.is_err());
        assert_eq!((fs::read_to_string(&path).expect("there").as_str(), folder.files()), ("before", 1));
    }

    #[test]
    fn leftovers_do_not_block() {
        let folder = Folder::new("leftovers");
        let path = folder.0.join("a.csv");
        let process = std::process::id();
        for number in 0..2000 {
            let left = folder.0.join(format!(".centralflow-{process}-{number}.unfinished"));
            fs::write(left, "left").expect("written");
        }
        write(&path, "new").expect("written");
        assert_eq!((fs::read_to_string(&path).expect("there").as_str(), folder.files()), ("new", 2001));
    }

    #[test]
    fn writers_at_the_same_time_all_succeed() {
        let folder = Folder::new("together");
        let path = folder.0.join("a.csv");
        let texts: Vec<String> =
            ('a'..='h').map(|letter| std::iter::repeat_n(letter, 50_000).collect()).collect();
        std::thread::scope(|scope| {
            for text in &texts {
                scope.spawn(|| (0..20).for_each(|_| write(&path, text).expect("written")));
            }
        });
        let last = fs::read_to_string(&path).expect("there");
        assert!(texts.contains(&last) && folder.files() == 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_and_what_they_point_to_is_replaced() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new("links");
        let inner = folder.0.join("inner");
        fs::create_dir(&inner).expect("a folder");
        fs::write(folder.0.join("file"), "before").expect("written");
        symlink("../file", inner.join("link")).expect("linked");
        symlink("inner/link", folder.0.join("to-link")).expect("linked");
        symlink("not-yet", folder.0.join("dangling")).expect("linked");
        symlink("loop", folder.0.join("loop")).expect("linked");
        for (link, file) in [("inner/link", "file"), ("to-link", "file"), ("dangling", "not-yet")] {
            write(&folder.0.join(link), link).expect("written");
            assert!(folder.0.join(link).is_symlink(), "{link}");
            assert!(!folder.0.join(file).is_symlink(), "{file}");
            assert_eq!(fs::read_to_string(folder.0.join(file)).expect("there"), link);
        }
        assert!(check(&folder.0.join("loop")).is_err());
        assert!(holds_a_file(&folder.0.join("to-link")) && !holds_a_file(&folder.0.join("none")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn open_files_are_written_to_through_their_numbers() {
        use std::os::fd::AsRawFd;
        let folder = Folder::new("open");
        let path = folder.0.join("file");
        let open = File::create(&path).expect("created");
        write(Path::new(&format!("/proc/self/fd/{}", open.as_raw_fd())), "through").expect("written");
        assert_eq!(open.metadata().expect("open").len(), 7);
        assert_eq!(fs::read_to_string(&path).expect("there"), "through");
    }

    #[test]
    fn what_cannot_be_written_is_refused_before_the_work() {
        let folder = Folder::new("refused");
        fs::write(folder.0.join("file"), "").expect("written");
        assert!(check(&folder.0.join("file/out/a.csv")).is_err());
        assert_eq!(check(&folder.0).map_err(|error| error.kind()), Err(ErrorKind::IsADirectory));
    }
}
