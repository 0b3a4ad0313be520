//! The memory that is free for this process, where the system tells it.

use std::fs;
use std::path::Path;

/// Bytes; none if the system does not say. On Linux the least of what the machine, each control group above this process
/// and the limit of its address space leave.
pub fn available() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits = [machine(), address_space()];
    limits.into_iter().flatten().chain(groups.lines().flat_map(group)).min()
}

fn machine() -> Option<u64> {
    in_kib(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

/// The limit set by `ulimit -v`, less what is mapped already.
fn address_space() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let limit: u64 = line.split_whitespace().next()?.parse().ok()?;
    let mapped = in_kib(&fs::read_to_string("/proc/self/status").ok()?, "VmSize:")?;
    Some(limit.saturating_sub(mapped))
}

/// What the control group of a line of /proc/self/cgroup, `number:controllers:path`, and those above it leave.
fn group(line: &str) -> Vec<u64> {
    let mut fields = line.splitn(3, ':').skip(1);
    let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { return vec![] };
    let root = match controllers {
        "" => Path::new("/sys/fs/cgroup"),
        _ if controllers.split(',').any(|name| name == "memory") => Path::new("/sys/fs/cgroup/memory"),
        _ => return vec![],
    };
    let group = root.join(path.trim_start_matches('/'));
    // In a container the path may be that of the host; then the root is the group.
    group.ancestors().take_while(|folder| folder.starts_with(root)).filter_map(left).collect()
}

/// What a group leaves: its limit less what is in use and could not be dropped.
fn left(folder: &Path) -> Option<u64> {
    let number = |names: [&str; 2]| {
        let text = names.iter().find_map(|name| fs::read_to_string(folder.join(name)).ok())?;
        text.trim().parse::<u64>().ok()
    };
    let limit = number(["memory.max", "memory.limit_in_bytes"])?;
    let used = number(["memory.current", "memory.usage_in_bytes"])?;
    let cached = fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
    let cached = ["inactive_file", "active_file"].iter().filter_map(|key| value(&cached, key)).sum::<u64>();
    Some(limit.saturating_sub(used.saturating_sub(cached)))
}

fn in_kib(text: &str, key: &str) -> Option<u64> {
    value(text, key).map(|kib| 1024 * kib)
}

/// The number after the key at the beginning of a line.
fn value(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next()? == key).then(|| words.next()?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_keys() {
        let text = "MemTotal:       24576 kB\nMemAvailable:    2048 kB\nfile 7\ninactive_file 12\n";
        assert_eq!(in_kib(text, "MemAvailable:"), Some(2048 * 1024));
        assert_eq!((value(text, "inactive_file"), value(text, "active_file")), (Some(12), None));
    }

    #[test]
    fn groups_leave_their_limit_less_what_is_not_cache() {
        let folder = std::env::temp_dir().join(format!("centralflow-memory-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
        write("memory.max", "1000\n");
        write("memory.current", "700\n");
        write("memory.stat", "anon 400\ninactive_file 200\nactive_file 100\n");
        let limited = left(&folder);
        write("memory.max", "max\n");
        let unlimited = left(&folder);
        fs::remove_dir_all(&folder).expect("removed");
        assert_eq!((limited, unlimited), (Some(600), None));
        assert_eq!(group("3:cpu,cpuacct:/somewhere"), Vec::<u64>::new());
        assert_eq!(group("nonsense"), Vec::<u64>::new());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_has_some() {
        assert!(available().expect("Linux says it") > 1 << 20);
    }
}
