//! Prints the document of the metrics; `./dev.sh gen` writes it to `docs/metrics.md`.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use platform::metrics::document;

fn main() {
    print!("{}", document());
}
