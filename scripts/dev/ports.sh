# shellcheck shell=bash
# Ports: chosen once, remembered in .dev/ports, changed only when something else has taken them.

PORTS=$DEV/ports

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

port_is_promised() { [ -f "$PORTS" ] && grep -v "^$2=" "$PORTS" | grep -q "=$1\$"; }

# choose_port NAME DEFAULT: prints the remembered port if it is free, else the next free one, and remembers it.
# Only for something that does not run now: a running service keeps its port.
choose_port() {
  local name=$1 port
  port=$(get_line "$PORTS" "$name")
  port=${port:-$2}
  local last=$((port + 200))
  while port_is_taken "$port" || port_is_promised "$port" "$name"; do
    port=$((port + 1))
    [ "$port" -le "$last" ] || die "no free port for $name near $2" "see what listens with: ss -ltnp"
  done
  mkdir -p "$DEV"
  put_line "$PORTS" "$name" "$port"
  printf '%s' "$port"
}

port_of() { get_line "$PORTS" "$1"; }
