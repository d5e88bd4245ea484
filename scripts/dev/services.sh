# shellcheck shell=bash
# A private PostgreSQL and Redis in a directory of this checkout ($DEV, or $DEV/test for the tests): own ports, own
# data, only on the loopback. The system's own servers are never touched.

# start_services DIR POSTGRES_PORT_NAME DEFAULT REDIS_PORT_NAME DEFAULT
start_services() {
  local dir=$1 port
  mkdir -p "$dir/run" "$dir/logs"
  if ! service_is_up postgres "$dir"; then
    port=$(choose_port "$2" "$3")
    start_postgres "$dir" "$port"
  fi
  if ! service_is_up redis "$dir"; then
    port=$(choose_port "$4" "$5")
    start_redis "$dir" "$port"
  fi
}

stop_services() {
  [ -d "$1" ] || return 0
  stop_service redis "$1"
  stop_service postgres "$1"
}

# The pid of a service of ours, verified: a pid file may outlive its process, and the number may be another's by then.
service_pid() {
  local pid title command
  case $1 in
    postgres)
      [ -d "$2/postgres" ] || return 1
      pid=$(as_owner head -n 1 "$(realpath "$2/postgres")/data/postmaster.pid" 2>/dev/null) || return 1
      title="-D $(realpath "$2/postgres")/data"
      ;;
    redis)
      pid=$(cat "$2/run/redis.pid" 2>/dev/null) || return 1
      title="redis-server 127.0.0.1:$(redis_port "$2")"
      ;;
  esac
  [ -n "$pid" ] && command=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") || return 1
  case $command in
    *"$title"*) printf '%s' "$pid" ;;
    *) return 1 ;;
  esac
}

service_is_up() { service_pid "$@" >/dev/null; }

stop_service() {
  local pid
  pid=$(service_pid "$1" "$2") || return 0
  say "Stopping $1 (${2#"$ROOT"/})"
  # SIGINT is PostgreSQL's fast shutdown; Redis takes SIGTERM and writes its log out.
  if [ "$1" = postgres ]; then as_owner kill -INT "$pid"; else kill -TERM "$pid"; fi
  wait_for 30 process_is_gone "$pid" || die "$1 (pid $pid) does not stop" "kill -9 $pid"
}

process_is_gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

# PostgreSQL refuses to run as root: it then runs as a system user, who must be able to reach its files.
postgres_user() {
  if id postgres >/dev/null 2>&1; then echo postgres; else echo loyalnest-dev; fi
}

as_owner() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u "$(postgres_user)" -- "$@"; else "$@"; fi
}

# Makes DIR/postgres: a directory PostgreSQL's user owns. Where that user cannot reach it, because a directory above is
# closed (/root, say), the data is under /var/lib, and DIR/postgres links there.
make_postgres_home() {
  local home=$1/postgres
  [ ! -d "$home/data" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    mkdir -p "$home"
    chmod 700 "$home"
    return 0
  fi
  id "$(postgres_user)" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin loyalnest-dev
  rm -rf "$home"
  mkdir -p "$home"
  chown "$(postgres_user)" "$home"
  if ! as_owner test -w "$home"; then
    local elsewhere
    elsewhere=/var/lib/loyalnest-dev-$(printf '%s' "$home" | sha256sum | cut -c1-12)
    note "$(postgres_user) cannot reach $home: its data is in $elsewhere"
    rm -rf "$home" "$elsewhere"
    install -d -o "$(postgres_user)" -m 700 "$elsewhere"
    ln -s "$elsewhere" "$home"
  fi
  chmod 700 "$(realpath "$home")"
}

start_postgres() {
  local dir=$1 port=$2 bin home
  bin=$(postgres_bin) || die "PostgreSQL's programs are missing" "./dev.sh up installs them"
  make_postgres_home "$dir"
  home=$(realpath "$dir/postgres")
  if ! as_owner test -f "$home/data/PG_VERSION"; then
    say "Creating PostgreSQL's data (${dir#"$ROOT"/}/postgres)"
    (cd / && as_owner "$bin/initdb" -D "$home/data" -U loyalnest -A trust -E UTF8 --locale=C.UTF-8 --no-sync) \
      >"$dir/logs/initdb.log" 2>&1 || die "initdb failed: $(tail -n 3 "$dir/logs/initdb.log")" "read ${dir#"$ROOT"/}/logs/initdb.log"
    as_owner sh -c "echo \"include 'loyalnest.conf'\" >>'$home/data/postgresql.conf'"
  fi
  check_data_version "$bin" "$home/data"
  postgres_settings "$dir" "$home" "$port" | as_owner tee "$home/data/loyalnest.conf" >/dev/null
  say "Starting PostgreSQL on port $port (${dir#"$ROOT"/}/postgres)"
  (cd / && as_owner "$bin/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t 120 start) >/dev/null 2>&1 9>&- </dev/null ||
    die "PostgreSQL did not start: $(as_owner tail -n 5 "$home/server.log")" "read $home/server.log"
  # The default database of every tool that is told nothing else.
  psql_in "$dir" postgres -tAc "SELECT 1 FROM pg_database WHERE datname = 'loyalnest'" | grep -q 1 ||
    psql_in "$dir" postgres -qc 'CREATE DATABASE loyalnest'
}

check_data_version() {
  local data program
  data=$(as_owner cat "$2/PG_VERSION")
  program=$("$1/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
  [ "$data" = "$program" ] ||
    die "the data in $2 is PostgreSQL $data's, the programs are $program's" "./dev.sh down; rm -rf .dev (development data only)"
}

# Durable as production must be; sized for a machine that everything else runs on, too.
postgres_settings() {
  local dir=$1 socket=$2
  # A socket's path has at most 107 bytes; without one, the loopback serves.
  [ ${#socket} -le 80 ] || socket=
  cat <<CONF
listen_addresses = '127.0.0.1'
port = $3
unix_socket_directories = '$socket'
max_connections = 200
shared_buffers = 512MB
max_wal_size = 4GB
min_wal_size = 1GB
checkpoint_timeout = 15min
wal_compression = lz4
default_toast_compression = lz4
random_page_cost = 1.1
effective_io_concurrency = 200
jit = off
track_commit_timestamp = on
fsync = on
synchronous_commit = on
CONF
  # Tests create a database each and never outlive a crash of the machine: durability would only cost time.
  [ "$dir" != "$DEV/test" ] || printf '%s\n' 'fsync = off' 'synchronous_commit = off' 'full_page_writes = off' \
    'shared_buffers = 128MB' 'max_connections = 500' 'max_wal_size = 1GB' 'min_wal_size = 80MB'
}

start_redis() {
  local dir=$1 port=$2 append=yes
  [ "$dir" != "$DEV/test" ] || append=no
  mkdir -p "$dir/redis"
  cat >"$dir/redis/redis.conf" <<CONF
bind 127.0.0.1
port $port
daemonize yes
pidfile "$dir/run/redis.pid"
logfile "$dir/logs/redis.log"
dir "$dir/redis"
appendonly $append
appendfsync everysec
save ""
maxmemory-policy noeviction
CONF
  say "Starting Redis on port $port (${dir#"$ROOT"/}/redis)"
  redis-server "$dir/redis/redis.conf" >/dev/null 9>&- </dev/null || die "Redis did not start" "read ${dir#"$ROOT"/}/logs/redis.log"
  wait_for 20 redis_answers "$port" || die "Redis does not answer on port $port" "read ${dir#"$ROOT"/}/logs/redis.log"
}

redis_answers() { [ "$(redis-cli -h 127.0.0.1 -p "$1" ping 2>/dev/null)" = PONG ]; }

# The port a running PostgreSQL of ours has: line 4 of its pid file.
postgres_port() { as_owner sed -n 4p "$(realpath "$1/postgres")/data/postmaster.pid"; }

redis_port() { sed -n 's/^port //p' "$1/redis/redis.conf"; }

# psql_in DIR DATABASE ARGUMENTS...: psql as the owner of everything.
psql_in() {
  local dir=$1 database=$2
  shift 2
  "$(postgres_bin)/psql" -X -v ON_ERROR_STOP=1 "postgres://loyalnest@127.0.0.1:$(postgres_port "$dir")/$database" "$@"
}
