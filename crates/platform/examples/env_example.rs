//! Prints `.env.example` from the configuration structs; `./dev.sh gen` writes it to the file.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use platform::config::{SECTIONS, env_example};

fn main() {
    print!("{}", env_example(SECTIONS));
}
