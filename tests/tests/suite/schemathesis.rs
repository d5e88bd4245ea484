//! The API against its own document, by requests that schemathesis makes from it: with every check, as a merchant's partner, as
//! the administrator and without a key. Skipped where `SCHEMATHESIS` does not name the program (`./dev.sh test` installs it).

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tests::TestApp;
use tests::environment::{schemathesis, unique};
use tests::settings::ADMIN_TOKEN;
use tokio::process::Command;

use crate::support::{ADA, order, take};

/// The same requests in each run.
const SEED: &str = "13";
/// Requests made for each operation in the phase that chooses them at random.
const EXAMPLES_MAX: &str = "60";
/// A run that takes longer hangs.
const RUN_MAX: Duration = Duration::from_secs(90);

/// Who calls.
struct Caller {
    name: &'static str,
    /// The bearer token, if any.
    token: Option<String>,
    /// Values of query parameters that every request has.
    parameters: Vec<(&'static str, String)>,
}

/// Runs schemathesis. Fails with its report when a check fails.
async fn run(program: &Path, app: &TestApp, caller: &Caller) -> Result<(), String> {
    let config = std::env::temp_dir().join(format!("schemathesis-{}.toml", unique().ulid()));
    let mut text = String::from("[parameters]\n");
    for (name, value) in &caller.parameters {
        text.push_str(&format!("\"{name}\" = \"{value}\"\n"));
    }
    std::fs::write(&config, text).unwrap();
    let mut command = Command::new(program);
    command.arg("--config-file").arg(&config).arg("run").arg(format!("{}/openapi.json", app.base));
    command.args(["--url", &app.base, "--checks", "all", "--seed", SEED, "--max-examples", EXAMPLES_MAX]);
    command.args(["--generation-deterministic", "--continue-on-failure"]);
    command.args(["--request-timeout", "10", "--no-color", "--suppress-health-check", "too_slow"]);
    if let Some(token) = &caller.token {
        command.arg("--header").arg(format!("Authorization: Bearer {token}"));
    }
    command.current_dir(std::env::temp_dir()).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(RUN_MAX, command.output()).await;
    std::fs::remove_file(&config).unwrap();
    let output = output.unwrap_or_else(|_| panic!("as {}: it did not end in time", caller.name)).unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && report.contains("Tested: 4") {
        return Ok(());
    }
    Err(format!("as {}: {report}{}", caller.name, String::from_utf8_lossy(&output.stderr)))
}

#[tokio::test]
async fn every_answer_to_a_generated_request_is_one_that_the_document_describes() {
    let Some(program) = schemathesis() else {
        eprintln!("skipped: SCHEMATHESIS does not name the program");
        return;
    };
    let app = TestApp::start().await;
    take(&app, "orders/create", order(1, 1_000).json()).await;
    let shop = &app.shops[0];
    let customer = ("path.id", ADA.to_string());
    let mut failures = Vec::new();
    for caller in [
        Caller { name: "nobody", token: None, parameters: vec![] },
        Caller { name: "a partner", token: Some(shop.key.clone()), parameters: vec![] },
        Caller {
            name: "a partner who knows a customer",
            token: Some(shop.key.clone()),
            parameters: vec![customer.clone()],
        },
        Caller {
            name: "the administrator",
            token: Some(ADMIN_TOKEN.to_owned()),
            parameters: vec![("query.merchant_id", shop.merchant_id.to_string()), customer],
        },
    ] {
        failures.extend(run(&program, &app, &caller).await.err());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    app.finish().await;
}
