# shellcheck shell=bash
# test, chaos, lint and gen: what a change must pass, and the files that are generated.

SOURCE_LINES_MAX=400
MAIN_LINES_MAX=40
SHELL_SCRIPTS=(dev.sh scripts/*.sh scripts/dev/*.sh .ci/run deploy/container/*.sh deploy/container/healthcheck)
CATALOGUE_MODULES=(jobs/src/payloads/*.rs workers/src/handlers/*.rs)

# PostgreSQL and Redis for tests only: without durability, and apart from what `up` runs.
start_test_services() {
  start_services "$DEV/test" TEST_POSTGRES_PORT 54420 TEST_REDIS_PORT 63890
  TEST_DATABASE_URL=postgres://loyalnest@127.0.0.1:$(postgres_port "$DEV/test")/postgres
  TEST_REDIS_URL=redis://127.0.0.1:$(redis_port "$DEV/test")/0
  export TEST_DATABASE_URL TEST_REDIS_URL
}

run_tests() {
  install_missing
  hold_lock
  start_test_services
  release_lock
  # The api serves the pages that are built here; a filter means that somebody waits for one test.
  build_ops
  say "Building the programs, since tests start real processes"
  cargo build --workspace --bins
  provide_shopify_schemas
  provide_schemathesis
  say "Running the tests"
  local code=0
  if have cargo-nextest; then
    cargo nextest run --workspace "$@" </dev/null || code=$?
  else
    note "cargo-nextest is not installed: cargo test does the same, slower"
    cargo test --workspace --lib --bins --tests "$@" </dev/null || code=$?
  fi
  if [ "$code" -eq 0 ] && git grep -qE '^ *//[/!] ```(rust|no_run|should_panic)?$' -- '*.rs'; then
    cargo test --workspace --doc -q </dev/null || code=$?
  fi
  if [ "$code" -eq 0 ] && [ $# -eq 0 ]; then
    test_ops || code=$?
  fi
  # Nobody comes back to a CI machine; a developer's next run is faster with the services up.
  [ -z "${CI:-}" ] || stop_services "$DEV/test"
  return "$code"
}

# The fault matrix starts and breaks servers of its own; those of `up` and `test` are left alone.
run_chaos() {
  install_missing
  install_faketime
  say "Building the programs, since the rows are real processes"
  cargo build --workspace --bins || die "the build failed (see above)" ""
  "$TARGET/debug/loyalnest-chaos" "$@"
}

# Shopify's own JSON Schemas, against which the tests' payloads are checked; without npm or network, by ours alone.
provide_shopify_schemas() {
  local dir
  if have npm && dir=$(scripts/shopify-schemas.sh </dev/null); then
    export SHOPIFY_SCHEMAS_DIR=$dir
  else
    note "Shopify's JSON Schemas cannot be fetched: payloads are checked against ours only"
  fi
}

run_lint() {
  install_rust
  say "Format"
  rustup_component rustfmt cargo-fmt
  cargo fmt --all --check || die "the format differs" "cargo fmt --all"
  # Cargo does not find the modules that the catalogue of jobs declares.
  rustfmt --check --edition 2024 "${CATALOGUE_MODULES[@]}" ||
    die "the format differs" "rustfmt --edition 2024 ${CATALOGUE_MODULES[*]}"
  say "Clippy"
  rustup_component clippy cargo-clippy
  cargo clippy --workspace --all-targets -- -D warnings
  lint_licences
  say "Shell scripts"
  if have shellcheck; then shellcheck -x "${SHELL_SCRIPTS[@]}"; else
    note "shellcheck is not installed: only the syntax is checked"
    for script in "${SHELL_SCRIPTS[@]}"; do bash -n "$script"; done
  fi
  lint_openapi
  say "Rules"
  check_rules
  lint_operations
  lint_ops
  note "lint is clean"
}

rustup_component() {
  if have "$2" && cargo "${2#cargo-}" --version >/dev/null 2>&1; then return 0; fi
  if have rustup && rustup component add "$1" </dev/null; then return 0; fi
  die "the component $1 of Rust is missing" "rustup component add $1"
}

lint_licences() {
  say "Licences and sources of dependencies"
  if have cargo-deny; then
    cargo deny --offline check bans licenses sources
  else
    note "cargo-deny is not installed: skipped (cargo install cargo-deny --locked)"
  fi
}

# Rules of the repository that need no compiler; the crate graph's are tests.
check_rules() {
  local file files lines failed=''
  files=$(git ls-files '*.rs') || die "git cannot list the sources" "run this in a clone of the repository"
  while IFS= read -r file; do
    [ -f "$file" ] || continue
    head -n 1 "$file" | grep -q '^//!' || { warn "$file does not begin with //! (what it is for, what it refuses)"; failed=yes; }
    lines=$(wc -l <"$file")
    [ "$lines" -le "$SOURCE_LINES_MAX" ] || warn "$file has $lines lines: does it hide two rooms?"
    case $file in
      */src/main.rs) [ "$lines" -le "$MAIN_LINES_MAX" ] || { warn "$file has $lines lines, of $MAIN_LINES_MAX"; failed=yes; } ;;
    esac
  done <<<"$files"
  [ -z "$failed" ] || die "the repository's rules are broken (see above)" "CONTRIBUTING.md says them"
}

run_gen() {
  install_missing
  hold_lock
  say ".env.example"
  cargo run -q -p platform --example env_example >.env.example.new
  mv .env.example.new .env.example
  say "deploy/environment.json and docs/metrics.md"
  cargo run -q -p platform --example environment >deploy/environment.json.new
  mv deploy/environment.json.new deploy/environment.json
  cargo run -q -p platform --example metrics >docs/metrics.md.new
  mv docs/metrics.md.new docs/metrics.md
  say "loadtest/order.json"
  cargo run -q -p shopify --features testing --example order_template >loadtest/order.json.new
  mv loadtest/order.json.new loadtest/order.json
  say "Grafana dashboards"
  python3 dashboards/grafana/build.py
  start_test_services
  gen_queries
  release_lock
  # The api compiles only once its queries are known.
  say "api/openapi.json"
  cargo run -q -p api --example openapi >api/openapi.json.new
  mv api/openapi.json.new api/openapi.json
  git --no-pager diff --stat -- .env.example deploy/environment.json docs/metrics.md dashboards/grafana loadtest/order.json api/openapi.json .sqlx || true
}

# The offline query data: a database of the migrations as they are now, and a check of `store` against it.
gen_queries() {
  say "Offline query data (.sqlx)"
  local database=loyalnest_gen file
  psql_in "$DEV/test" postgres -qc "DROP DATABASE IF EXISTS $database" -c "CREATE DATABASE $database"
  for file in migrations/*.sql; do
    psql_in "$DEV/test" "$database" -q -1 -f "$file" >/dev/null || die "$file fails" "see above"
  done
  # Apart at first, so that a query that does not fit leaves the old data in place.
  rm -rf "$DEV/test/sqlx"
  mkdir -p "$DEV/test/sqlx"
  # sqlx looks at the queries only when the crate is compiled.
  touch crates/store/src/lib.rs
  SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$DEV/test/sqlx \
    DATABASE_URL=postgres://loyalnest@127.0.0.1:$(postgres_port "$DEV/test")/$database cargo check -p store ||
    die "a query does not fit the schema (see above)" "mend the query or the migration, then run ./dev.sh gen again"
  rm -rf .sqlx
  mv "$DEV/test/sqlx" .sqlx
  note "$(find .sqlx -name 'query-*.json' | wc -l) queries"
  psql_in "$DEV/test" postgres -qc "DROP DATABASE $database"
}
