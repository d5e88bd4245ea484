# shellcheck shell=bash
# The roles as separate processes: sandbox (only for `up`), api, workers-1 ... workers-N, scheduler. Logs in .dev/logs, pids in .dev/run.

READY_SECONDS_MAX=60
# Whether the partners are played beside the platform.
WITH_SANDBOX=
STOP_SECONDS_MAX=40

# build PROFILE
build() {
  say "Building ($1)"
  local options=()
  [ "$1" != release ] || options+=(--release)
  cargo build --workspace --exclude benches --bins "${options[@]}" 9>&- || die "the build failed (see above)" ""
  mkdir -p "$DEV/run"
  printf '%s\n' "$1" >"$DEV/run/profile"
}

current_profile() { cat "$DEV/run/profile" 2>/dev/null || echo debug; }

binary_of() { echo "loyalnest-${1%%-*}"; }

role_names() {
  [ -z "$WITH_SANDBOX" ] || echo sandbox
  echo api
  local index
  for index in $(seq "$1"); do echo "workers-$index"; done
  echo scheduler
}

# Every role that has a pid file, running or not.
known_roles() {
  local file
  for file in "$DEV"/run/{sandbox,api,workers-*,scheduler}.pid; do
    [ ! -f "$file" ] || basename "$file" .pid
  done
}

# The pid of a role of this checkout, verified by its program: the number may be another's by now.
role_pid() {
  local pid program
  pid=$(cat "$DEV/run/$1.pid" 2>/dev/null) || return 1
  program=$(readlink "/proc/$pid/exe" 2>/dev/null) || return 1
  case $program in
    "$(realpath "$TARGET")"/*/"$(binary_of "$1")"*) printf '%s' "$pid" ;;
    *) return 1 ;;
  esac
}

# role_url ROLE: where a role serves its health, readiness and metrics.
role_url() {
  case $1 in
    sandbox) get_line "$ENVIRONMENT" SANDBOX_URL ;;
    api) get_line "$ENVIRONMENT" API_INTERNAL_URL ;;
    scheduler) get_line "$ENVIRONMENT" SCHEDULER_URL ;;
    workers-*) get_line "$ENVIRONMENT" "WORKERS_URL_${1#workers-}" ;;
  esac
}

# What a running role was started from; a change of any of it means a restart.
role_stamp() {
  stat -c '%n %i %Y %s' "$TARGET/$2/$(binary_of "$1")"
  grep -v '^WORKERS_URL_' "$ENVIRONMENT" | sort | sha256sum
  env | grep -E '^(API|WORKERS|SCHEDULER|SANDBOX|CRON|RETENTION|WEBHOOK|DATABASE|REDIS|LOG|RUST|TOKIO)_' | sort || true
}

# start_roles PROFILE WORKERS
start_roles() {
  local profile=$1 role wanted
  wanted=$(role_names "$2")
  for role in $(known_roles); do
    grep -qx "$role" <<<"$wanted" || stop_role "$role"
  done
  for role in $wanted; do
    if role_pid "$role" >/dev/null; then
      [ "$(role_stamp "$role" "$profile")" != "$(cat "$DEV/run/$role.stamp" 2>/dev/null)" ] || continue
      stop_role "$role"
    fi
    start_role "$role" "$profile"
  done
}

start_role() {
  local role=$1 program address=()
  program=$TARGET/$2/$(binary_of "$role")
  case $role in
    workers-*) address=(LOYALNEST_WORKERS_ADDR="127.0.0.1:$(port_of "WORKERS_PORT_${role#workers-}")") ;;
  esac
  say "Starting $role"
  mkdir -p "$DEV/logs"
  # A session of its own: Ctrl-C at this terminal must not reach it before `stop_role` does.
  (exec_with_environment env "${address[@]}" setsid "$program") </dev/null >>"$DEV/logs/$role.log" 2>&1 9>&- &
  local pid=$!
  disown "$pid"
  printf '%s\n' "$pid" >"$DEV/run/$role.pid"
  role_stamp "$role" "$2" >"$DEV/run/$role.stamp"
  # Until then the pid is this shell's copy, which is not the role yet.
  wait_for 5 role_pid_or_gone "$role" "$pid" >/dev/null || true
}

stop_role() {
  tell_role "$1"
  await_role "$1"
}

stop_roles() {
  local role
  # All are told first, so that they drain at the same time.
  for role in $(known_roles); do tell_role "$role"; done
  for role in $(known_roles); do await_role "$role"; done
}

tell_role() {
  local pid
  pid=$(role_pid "$1") || return 0
  say "Stopping $1"
  kill -TERM "$pid" 2>/dev/null || true
}

await_role() {
  local pid
  if pid=$(role_pid "$1") && ! wait_for "$STOP_SECONDS_MAX" process_is_gone "$pid"; then
    warn "$1 did not end within $STOP_SECONDS_MAX s and is killed"
    kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$DEV/run/$1.pid" "$DEV/run/$1.stamp"
}

role_pid_or_gone() { role_pid "$1" || process_is_gone "$2"; }

is_ready() { curl -fsS -o /dev/null --max-time 3 "$(role_url "$1")/readyz" 2>/dev/null; }

is_ready_or_dead() { is_ready "$1" || ! role_pid "$1" >/dev/null; }

wait_until_ready() {
  local role
  for role in $(role_names "$1"); do
    wait_for "$READY_SECONDS_MAX" is_ready_or_dead "$role" || true
    is_ready "$role" && continue
    tail -n 15 "$DEV/logs/$role.log" >&2 || true
    if role_pid "$role" >/dev/null; then
      curl -sS --max-time 3 "$(role_url "$role")/readyz" >&2 || true
      die "$role is not ready after $READY_SECONDS_MAX s (its last log lines are above)" "read .dev/logs/$role.log; ./dev.sh down"
    fi
    die "$role has ended (its last log lines are above)" "read .dev/logs/$role.log; ./dev.sh down"
  done
}

print_urls() {
  local url role
  url=$(get_line "$ENVIRONMENT" LOYALNEST_URL)
  say "LoyalNest is up"
  note "webhooks    $url/v1/api/shopify/webhook"
  note "monitor     $url/ops        sign in with ADMIN_TOKEN of .dev/env"
  note "API docs    $url/docs        OpenAPI  $url/openapi.json"
  for role in $(role_names "$1"); do
    note "$(printf '%-11s %s/readyz  %s/metrics' "$role" "$(role_url "$role")" "$(role_url "$role")")"
  done
  [ -z "$WITH_SANDBOX" ] || note "sandbox     $(role_url sandbox)/_sandbox/  what the partners received, and their faults"
  note "environment .dev/env (use it with: set -a; . .dev/env; set +a)"
  note "logs        .dev/logs"
}

print_status() {
  local role pid health
  printf '%-12s %-8s %-10s %s\n' PROCESS PID HEALTH ADDRESS
  for role in postgres redis; do
    if pid=$(service_pid "$role" "$DEV"); then
      printf '%-12s %-8s %-10s 127.0.0.1:%s\n' "$role" "$pid" up "$("${role}_port" "$DEV")"
    else
      printf '%-12s %-8s %-10s -\n' "$role" - down
    fi
  done
  for role in $(known_roles); do
    if pid=$(role_pid "$role"); then
      health=ready
      is_ready "$role" || health='not ready'
      printf '%-12s %-8s %-10s %s\n' "$role" "$pid" "$health" "$(role_url "$role")"
    else
      printf '%-12s %-8s %-10s -\n' "$role" - down
    fi
  done
}

stay_in_foreground() {
  local tailer role logs=()
  for role in $(known_roles); do logs+=("$DEV/logs/$role.log"); done
  say "Ctrl-C ends all"
  # The log follower has a session of its own, too, so that it shows the drain.
  setsid tail -q -n 0 -F "${logs[@]}" 2>/dev/null &
  tailer=$!
  trap 'cmd_down; kill "$tailer" 2>/dev/null; exit 0' INT TERM
  wait "$tailer"
}
