//! Settings of a test run from its environment: the servers to use, and the paths of the repository and its programs.

use std::path::{Path, PathBuf};

use platform::clock::SystemClock;
use platform::ids::Ids;

/// Returns a variable of the test run.
#[expect(clippy::disallowed_methods, reason = "tests are told of their servers by the environment, here only")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the URL of a PostgreSQL superuser; tests create their own databases there.
pub fn postgres_url() -> String {
    variable("TEST_DATABASE_URL").expect("set TEST_DATABASE_URL to a superuser's URL (`./dev.sh test` does)")
}

/// Returns the URL of a Redis that tests share, each with its own prefix.
pub fn redis_url() -> String {
    variable("TEST_REDIS_URL").expect("set TEST_REDIS_URL to a Redis that tests may use (`./dev.sh test` does)")
}

/// Returns the folder of Shopify's own JSON Schemas if the run has it: see `scripts/shopify-schemas.sh`.
pub fn shopify_schemas() -> Option<PathBuf> {
    variable("SHOPIFY_SCHEMAS_DIR").map(PathBuf::from)
}

/// Returns the path of schemathesis if the run has it (`./dev.sh test` installs it).
pub fn schemathesis() -> Option<PathBuf> {
    variable("SCHEMATHESIS").map(PathBuf::from)
}

/// Returns the log levels for standard error, such as `info,store=debug`; `None`: no logs.
pub fn log_levels() -> Option<String> {
    variable("TEST_LOG")
}

/// Returns the root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is a folder of the repository")
}

/// Returns the path of a program built beside this test or program: `target/<profile>/deps/<test>` or `target/<profile>/<program>`.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test knows its own path");
    let folder = own.parent().expect("a program is in a folder");
    let folder = if folder.ends_with("deps") { folder.parent().expect("target/<profile>") } else { folder };
    let program = folder.join(name);
    assert!(program.is_file(), "{} is missing: run `cargo build --workspace --bins` first", program.display());
    program
}

/// Returns a number that no other test has.
pub fn unique() -> Ids {
    Ids::from_system(SystemClock::shared()).expect("the system has randomness")
}

/// Returns a port on the loopback on which nothing listens.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}
