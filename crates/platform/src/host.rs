//! The machine this process runs on, for whoever reads a list of processes.

/// Its name; `unknown` where the system does not tell.
#[must_use]
pub fn name() -> String {
    let told =
        ["/proc/sys/kernel/hostname", "/etc/hostname"].iter().find_map(|path| std::fs::read_to_string(path).ok());
    told.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_one_line() {
        let name = super::name();
        assert!(!name.is_empty() && name.lines().count() == 1, "{name:?}");
    }
}
