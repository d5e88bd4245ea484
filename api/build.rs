//! Has the program compiled again when the front end was built again, which a release build embeds. Makes the folder of that build
//! where there is none, since Cargo would take a missing one for changed each time.

fn main() {
    const DIST: &str = "../dashboards/ops/dist";
    let made = std::fs::create_dir_all(DIST);
    if made.is_ok() {
        println!("cargo:rerun-if-changed={DIST}");
    }
}
