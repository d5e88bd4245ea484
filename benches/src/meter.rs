//! Resource usage of processes (CPU seconds, resident memory), read from /proc. Linux only.

use std::collections::BTreeMap;

/// The kernel's unit of CPU times in /proc, fixed for programs on every Linux.
const TICKS_PER_S: f64 = 100.0;
const PAGE_BYTES: u64 = 4_096;

struct Stat {
    parent: u32,
    ticks: u64,
    resident_pages: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name may hold spaces and brackets.
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let number = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok());
    // utime, stime, and both of the children that were waited for.
    let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
    Some(Stat { parent: u32::try_from(number(1)?).ok()?, ticks, resident_pages: number(21)? })
}

/// Returns the process and all its descendants.
fn tree(root: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        if let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok())
            && let Some(stat) = stat(pid)
        {
            children.entry(stat.parent).or_default().push(pid);
        }
    }
    let (mut found, mut next) = (Vec::new(), vec![root]);
    while let Some(pid) = next.pop() {
        found.push(pid);
        next.extend(children.remove(&pid).unwrap_or_default());
    }
    found
}

/// Returns the CPU seconds used by the process and its descendants; 0 if the process has ended.
pub(crate) fn cpu_s(pid: u32) -> f64 {
    tree(pid).into_iter().filter_map(stat).map(|stat| stat.ticks).sum::<u64>() as f64 / TICKS_PER_S
}

/// Returns the CPU seconds of one process without its descendants, which is cheap to read.
pub(crate) fn cpu_alone_s(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |stat| stat.ticks as f64 / TICKS_PER_S)
}

/// Returns the resident bytes of one process without its descendants.
pub(crate) fn resident_bytes(pid: u32) -> u64 {
    stat(pid).map_or(0, |stat| stat.resident_pages * PAGE_BYTES)
}

/// Returns the memory of the process and its descendants, counting shared pages once (proportional set size): for PostgreSQL.
pub(crate) fn proportional_bytes(pid: u32) -> u64 {
    let of = |pid: u32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()
    };
    tree(pid).into_iter().filter_map(of).sum::<u64>() * 1_024
}
