//! Prints which process reads which variables; `./dev.sh gen` writes it to `deploy/environment.json`.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use platform::config::environment_json;

fn main() {
    print!("{}", environment_json());
}
