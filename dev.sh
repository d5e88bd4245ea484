#!/usr/bin/env bash
# The only command a newcomer needs: `./dev.sh help`. The parts are in scripts/dev/.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DEV=$ROOT/.dev
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
cd "$ROOT"

# shellcheck source=scripts/dev/common.sh
. "$ROOT/scripts/dev/common.sh"
# shellcheck source=scripts/dev/install.sh
. "$ROOT/scripts/dev/install.sh"
# shellcheck source=scripts/dev/ports.sh
. "$ROOT/scripts/dev/ports.sh"
# shellcheck source=scripts/dev/services.sh
. "$ROOT/scripts/dev/services.sh"
# shellcheck source=scripts/dev/environment.sh
. "$ROOT/scripts/dev/environment.sh"
# shellcheck source=scripts/dev/roles.sh
. "$ROOT/scripts/dev/roles.sh"
# shellcheck source=scripts/dev/openapi.sh
. "$ROOT/scripts/dev/openapi.sh"
# shellcheck source=scripts/dev/checks.sh
. "$ROOT/scripts/dev/checks.sh"
# shellcheck source=scripts/dev/operations.sh
. "$ROOT/scripts/dev/operations.sh"
# shellcheck source=scripts/dev/apart.sh
. "$ROOT/scripts/dev/apart.sh"
# shellcheck source=scripts/dev/ops.sh
. "$ROOT/scripts/dev/ops.sh"
# shellcheck source=scripts/dev/bench.sh
. "$ROOT/scripts/dev/bench.sh"
# shellcheck source=scripts/dev/load.sh
. "$ROOT/scripts/dev/load.sh"

usage() {
  cat <<'TEXT'
./dev.sh COMMAND

  up [--detach] [--release] [--workers N]
              install what is missing, start a private PostgreSQL and Redis, build, migrate, seed two demo merchants,
              and run api, workers, scheduler and the sandbox, which plays the partners; writes .dev/env. Ctrl-C ends all;
              with --detach, `down` does.
  down        end the roles, then Redis and PostgreSQL; data stays in .dev
  status      processes, addresses, health
  seed --merchants N --customers M
              register the shops load-1 ... load-N.myshopify.com for load runs (needs `up`)
  test [...]  all tests, with services of their own; arguments go to cargo nextest (a filter, say)
  chaos [--list] [--only ROW]... [--repeat N] [--partner-outage SECONDS] [--json FILE]
              the fault matrix: breaks processes, Redis, PostgreSQL and connections, and proves that nothing is lost or
              done twice (about 8 minutes); writes docs/fault-matrix.md
  lint        format, clippy, licences, shell scripts, the OpenAPI document, rules, alerts, dashboards, container files: what CI
              runs before the tests
  bench WHAT  measure the queue, the main path, or its parts, in release builds (`bench --help`)
  load WHAT   send orders with k6 (smoke, steady, black-friday, redelivery-storm, noisy-neighbour), check each, report (`load --help`)
  gen         regenerate .env.example, deploy/environment.json, docs/metrics.md, the Grafana dashboards, loadtest/order.json,
              api/openapi.json and the offline query data (.sqlx)
  ops         build the front end of the queue monitor, which the api serves at /ops (`up` and `test` do it themselves)
  help        this text
TEXT
}

cmd_up() {
  local detach='' profile=debug workers=1
  while [ $# -gt 0 ]; do
    case $1 in
      --detach) detach=yes ;;
      --release) profile=release ;;
      --workers) workers=$(number "${2-}" --workers 1 16); shift ;;
      *) die "up does not know \`$1\`" "./dev.sh help" ;;
    esac
    shift
  done
  # shellcheck disable=SC2034 # read by roles.sh
  WITH_SANDBOX=yes
  install_missing
  hold_lock
  start_services "$DEV" POSTGRES_PORT 54320 REDIS_PORT 63790
  build_ops
  build "$profile"
  write_environment "$workers"
  prepare_database "$profile"
  start_roles "$profile" "$workers"
  wait_until_ready "$workers"
  print_urls "$workers"
  release_lock
  [ -n "$detach" ] || stay_in_foreground
}

cmd_down() {
  [ $# -eq 0 ] || die "down takes no arguments" "./dev.sh help"
  hold_lock
  stop_roles
  stop_services "$DEV"
  stop_services "$DEV/test"
}

cmd_seed() {
  [ -f "$DEV/env" ] || die "nothing is set up yet" "run ./dev.sh up --detach first"
  [ $# -gt 0 ] || die "seed needs to know what to seed" "./dev.sh seed --merchants 50 --customers 5000"
  service_is_up postgres "$DEV" || die "PostgreSQL is not running" "run ./dev.sh up --detach first"
  tool "$(current_profile)" seed "$@"
}

main() {
  local command=${1:-help}
  [ $# -eq 0 ] || shift
  case $command in
    up) cmd_up "$@" ;;
    down) cmd_down "$@" ;;
    status) print_status ;;
    seed) cmd_seed "$@" ;;
    test) run_tests "$@" ;;
    chaos) run_chaos "$@" ;;
    lint) run_lint ;;
    bench) cmd_bench "$@" ;;
    load) cmd_load "$@" ;;
    ops) build_ops ;;
    gen) run_gen ;;
    help | -h | --help) usage ;;
    *)
      usage >&2
      die "there is no command \`$command\`" "choose one of the above"
      ;;
  esac
}

main "$@"
