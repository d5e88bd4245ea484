# shellcheck shell=bash
# bench: release builds, private servers under .dev/bench, and the program that measures (benches/).

BENCH_DOCUMENT=docs/benchmarks.md
BENCH_SHOPS=50
# For trials of the benchmark itself: figures of a debug build mean nothing.
BENCH_PROFILE=${BENCH_PROFILE:-release}
BENCH_CUSTOMERS=5000

bench_usage() {
  cat <<'TEXT'
./dev.sh bench queue  [--repeats N] [--json FILE] [--quick]
              our queue beside apalis-redis, BullMQ and BullMQ's client for Rust, on one private Redis
./dev.sh bench orders [--repeats N] [--json FILE] [--quick] [--minutes N]
              signed orders from the webhook to the ledger; with --minutes, a steady load of that length instead
./dev.sh bench parts  [--repeats N] [--json FILE] [--quick]
              each part of that path alone

Figures go to docs/benchmarks.md, unless --quick. Nothing else should run on the machine meanwhile. For more options:
  cargo run --release -p benches -- queue --help    (orders, parts; `send` sends orders to any address)
TEXT
}

cmd_bench() {
  local what=${1:-help}
  [ $# -eq 0 ] || shift
  case " $* " in *' --help '* | *' -h '*) what=help ;; esac
  case $what in
    queue) bench_queue "$@" ;;
    orders) bench_orders "$@" ;;
    parts) bench_parts "$@" ;;
    help | -h | --help) bench_usage ;;
    *) die "bench does not know \`$what\`" "./dev.sh bench --help" ;;
  esac
}

build_bench() {
  local options=()
  [ "$BENCH_PROFILE" = debug ] || options+=(--profile "$BENCH_PROFILE")
  say "Building ($BENCH_PROFILE)"
  cargo build --workspace --bins "${options[@]}" 9>&- || die "the build failed (see above)" ""
}

bench_program() { "$TARGET/$BENCH_PROFILE/loyalnest-bench" "$@" 9>&-; }

bench_queue() {
  local options=()
  enter_apart bench
  build_bench
  if install_bullmq; then options+=(--bullmq benches/bullmq/runner.mjs); fi
  if build_bullmq_rust; then options+=(--bullmq-rust "$TARGET/bullmq-rust/release/bench-bullmq-rust"); fi
  start_bench_redis
  say "Measuring"
  bench_program queue --redis-url "redis://127.0.0.1:$(redis_port "$DEV")/0" --document "$BENCH_DOCUMENT" "${options[@]}" "$@"
}

# The queue needs no PostgreSQL.
start_bench_redis() {
  mkdir -p "$DEV/run" "$DEV/logs"
  service_is_up redis "$DEV" || start_redis "$DEV" "$(choose_port REDIS_PORT 63990)"
}

bench_orders() {
  enter_apart bench
  build_bench
  prepare_apart "$BENCH_PROFILE" 54520 63990 "$BENCH_SHOPS" "$BENCH_CUSTOMERS"
  start_roles "$BENCH_PROFILE" 1
  wait_until_ready 1
  say "Measuring"
  local role processes=()
  for role in postgres redis; do processes+=(--process "$role=$(service_pid "$role" "$DEV")"); done
  for role in $(role_names 1); do processes+=(--process "${role%-1}=$(role_pid "$role")"); done
  (
    LOG_LEVEL=warn exec_with_environment "$TARGET/$BENCH_PROFILE/loyalnest-bench" orders --url "$(role_url api)" \
      --secret "$(get_line "$SECRETS" SHOPIFY_API_SECRET)" --database-url "$(get_line "$ENVIRONMENT" DATABASE_URL)" \
      --loyalnest "$TARGET/$BENCH_PROFILE/loyalnest" --document "$BENCH_DOCUMENT" "${processes[@]}" "$@" 9>&-
  )
}

bench_parts() {
  enter_apart bench
  build_bench
  prepare_apart "$BENCH_PROFILE" 54520 63990 "$BENCH_SHOPS" "$BENCH_CUSTOMERS"
  say "Measuring"
  (LOG_LEVEL=warn exec_with_environment "$TARGET/$BENCH_PROFILE/loyalnest-bench" parts --document "$BENCH_DOCUMENT" "$@" 9>&-)
}

install_bullmq() {
  if ! have node || ! have npm; then
    warn "Node.js and npm are not installed: BullMQ is left out"
    return 1
  fi
  say "Installing BullMQ (npm ci)"
  mkdir -p "$DEV/logs"
  if ! npm ci --prefix benches/bullmq --no-audit --no-fund --ignore-scripts </dev/null >"$DEV/logs/npm.log" 2>&1; then
    cat "$DEV/logs/npm.log" >&2
    warn "npm ci failed: BullMQ is left out"
    return 1
  fi
}

build_bullmq_rust() {
  say "Building BullMQ's client for Rust (release)"
  cargo build --release --locked --manifest-path benches/bullmq-rust/Cargo.toml --target-dir "$TARGET/bullmq-rust" 9>&- ||
    { warn "it does not build: left out"; return 1; }
}
