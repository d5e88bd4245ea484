//! The machine this process runs on: its name, and what it lets one process have.

use std::io;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Its name; `unknown` where the system does not tell.
#[must_use]
pub fn name() -> String {
    let told =
        ["/proc/sys/kernel/hostname", "/etc/hostname"].iter().find_map(|path| std::fs::read_to_string(path).ok());
    told.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// Raises the number of files and connections this process may have open to the most the system allows it, and answers
/// that. Systems begin low for programs that use `select(2)`, which nothing here does.
///
/// # Errors
/// The system does not let it.
pub fn raise_open_files() -> io::Result<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    }
    Ok(maximum.unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_files_the_system_allows_may_be_opened() {
        let most = super::raise_open_files().unwrap();
        assert_eq!(super::getrlimit(super::Resource::Nofile).current.unwrap_or(u64::MAX), most);
    }

    #[test]
    fn a_name_is_one_line() {
        let name = super::name();
        assert!(!name.is_empty() && name.lines().count() == 1, "{name:?}");
    }
}
