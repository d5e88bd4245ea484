# shellcheck shell=bash
# Services, data and processes apart from those of `up`, in the same layout under .dev/NAME: for what measures (bench, load).

# enter_apart NAME: everything after it works in .dev/NAME; what it started ends with the script.
# shellcheck disable=SC2034 # read by ports.sh and environment.sh
enter_apart() {
  install_missing
  DEV=$DEV/$1
  PORTS=$DEV/ports
  ENVIRONMENT=$DEV/env
  SECRETS=$DEV/secrets
  hold_lock
  trap leave_apart EXIT
  trap 'exit 130' INT TERM
}

leave_apart() {
  stop_roles
  stop_services "$DEV"
}

# prepare_apart PROFILE POSTGRES_PORT REDIS_PORT SHOPS CUSTOMERS [WORKERS]: a new database with shops, and an empty Redis, set as those of `up`.
prepare_apart() {
  start_services "$DEV" POSTGRES_PORT "$2" REDIS_PORT "$3"
  psql_in "$DEV" postgres -qc 'DROP DATABASE IF EXISTS loyalnest WITH (FORCE)' -c 'CREATE DATABASE loyalnest'
  redis-cli -h 127.0.0.1 -p "$(redis_port "$DEV")" flushall >/dev/null
  write_environment "${6:-1}"
  prepare_database "$1"
  tool "$1" seed --merchants "$4" --customers "$5"
}
