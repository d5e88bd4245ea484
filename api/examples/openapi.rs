//! Prints the OpenAPI document, for `./dev.sh gen`, which writes it to `api/openapi.json`.

#[expect(clippy::print_stdout, reason = "what it prints is written to a file")]
fn main() {
    print!("{}", api::openapi_json());
}
