# shellcheck shell=bash
# Words and small helpers of dev.sh. Sourced; DEV is the directory of everything private to this checkout.

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
note() { printf '    %s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }

# die PROBLEM REMEDY
die() {
  printf '\nerror: %s\n' "$1" >&2
  [ -z "${2-}" ] || printf 'remedy: %s\n' "$2" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# number TEXT OPTION MIN MAX: prints the number or ends with an error.
number() {
  if ! [[ ${1-} =~ ^[0-9]{1,6}$ ]] || [ "$((10#$1))" -lt "$3" ] || [ "$((10#$1))" -gt "$4" ]; then
    die "$2 needs a number from $3 to $4" "./dev.sh help"
  fi
  printf '%s' "$((10#$1))"
}

# as_root COMMAND...: runs it as root, through sudo where that is needed.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    die "this needs root: $*" "run it as root, or install sudo"
  fi
}

# wait_for SECONDS COMMAND...: true as soon as the command is, false when the time is up.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

# One `up` or `down` at a time: two would fight over ports and processes.
hold_lock() {
  mkdir -p "$DEV"
  exec 9>"$DEV/lock"
  flock -w 300 9 || die "another ./dev.sh is at work in this checkout" "wait for it to end"
}

release_lock() { exec 9>&-; }

# put_line FILE KEY VALUE: sets KEY=VALUE in a file of such lines.
put_line() {
  local file=$1 rest=''
  [ ! -f "$file" ] || rest=$(grep -v "^$2=" "$file" || true)
  printf '%s%s=%s\n' "${rest:+$rest$'\n'}" "$2" "$3" >"$file"
}

# get_line FILE KEY: prints the value, or nothing.
get_line() { [ ! -f "$1" ] || sed -n "s/^$2=//p" "$1" | tail -n 1; }
