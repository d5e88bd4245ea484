# shellcheck shell=bash
# Installs what is missing on Debian and Ubuntu, and says what to do where that is not possible.

POSTGRES_MAJOR_MIN=15
REDIS_MAJOR_MIN=7

install_missing() {
  local packages=()
  # The bare `postgresql` package also creates a cluster of the system's own: it is left alone.
  postgres_bin >/dev/null || packages+=(postgresql)
  have redis-server || packages+=(redis-server)
  have redis-cli || packages+=(redis-tools)
  have openssl || packages+=(openssl)
  have setsid || packages+=(util-linux)
  # The shell's own `kill` cannot be run as another user, nor by a test.
  type -P kill >/dev/null || packages+=(procps)
  [ ${#packages[@]} -eq 0 ] || apt_install "${packages[@]}"
  postgres_bin >/dev/null || die "PostgreSQL $POSTGRES_MAJOR_MIN or later was not found after installing \`postgresql\`" \
    "add the packages of apt.postgresql.org (see https://wiki.postgresql.org/wiki/Apt) and install postgresql-$POSTGRES_MAJOR_MIN"
  check_redis_version
  install_rust
}

# A worker's clock that is wrong, for the fault matrix.
install_faketime() {
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || apt_install faketime
}

apt_install() {
  say "Installing ${*}"
  have apt-get || die "these are missing, and there is no apt-get here: $*" "install them with your system's package manager"
  local options=(-y --no-install-recommends -o Dpkg::Use-Pty=0)
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null ||
    warn "apt-get update failed; trying with the lists there are"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@" </dev/null ||
    die "apt-get could not install: $*" "check the network and the sources of apt, then run: apt-get install $*"
}

# Prints the directory of the newest PostgreSQL programs of at least the version needed.
postgres_bin() {
  local dir major best='' best_major=0
  for dir in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb 2>/dev/null || echo /none/initdb)")"; do
    if ! [ -x "$dir/initdb" ] || ! [ -x "$dir/pg_ctl" ] || ! [ -x "$dir/postgres" ]; then continue; fi
    major=$("$dir/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
    if [ "$major" -ge "$POSTGRES_MAJOR_MIN" ] && [ "$major" -gt "$best_major" ]; then
      best=$dir
      best_major=$major
    fi
  done
  [ -n "$best" ] && printf '%s' "$best"
}

check_redis_version() {
  local major
  major=$(redis-server --version | sed -E 's/.*v=([0-9]+).*/\1/')
  [ "$major" -ge "$REDIS_MAJOR_MIN" ] || die "Redis $REDIS_MAJOR_MIN or later is needed, this is $major" \
    "add the packages of packages.redis.io (see https://redis.io/docs/latest/operate/oss_and_stack/install/) and install redis"
}

# Rust, what it needs to fetch and to link crates, and what lists the sources.
install_rust() {
  local packages=()
  have git || packages+=(git)
  have curl || packages+=(curl)
  have cc || packages+=(build-essential)
  if have apt-get && ! [ -e /etc/ssl/certs/ca-certificates.crt ]; then packages+=(ca-certificates); fi
  [ ${#packages[@]} -eq 0 ] || apt_install "${packages[@]}"
  PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
  if ! have cargo; then
    say "Installing Rust through rustup"
    install_rustup || install_debians_rust ||
      die "Rust is missing, and neither https://sh.rustup.rs nor a package of this system has one that is new enough" \
        "install Rust $(rust_version_min) or later, then run this again"
  fi
  local found
  found=$(cargo --version | cut -d' ' -f2)
  is_at_least "$(rust_version_min)" "$found" ||
    die "Rust $(rust_version_min) or later is needed, this is $found" "rustup update stable"
}

install_rustup() {
  local script
  script=$(curl --proto '=https' --tlsv1.2 --connect-timeout 20 -sSf https://sh.rustup.rs) || return 1
  sh -c "$script" rustup -y --profile minimal -c clippy -c rustfmt </dev/null && have cargo
}

# Debian keeps a recent Rust for its web browsers, also in its stable releases.
install_debians_rust() {
  have apt-get || return 1
  warn "rustup cannot be had; trying the packages of the distribution"
  as_root apt-get update -qq </dev/null || true
  local offered
  offered=$(apt-cache policy rustc-web | sed -n 's/^ *Candidate: \([0-9.]*\).*/\1/p')
  is_at_least "$(rust_version_min)" "${offered:-0}" || return 1
  apt_install rustc-web cargo-web rustfmt-web rust-web-clippy && have cargo
}

# Whether the second version is the first or a later one.
is_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

rust_version_min() { sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml"; }

# install_python_tools NAME: the tools of scripts/dev/NAME/requirements.txt, pinned by hash, into .dev/NAME, a virtual environment. Fails
# without Python, apt-get and network.
install_python_tools() {
  local kept=$DEV/$1 wanted=$ROOT/scripts/dev/$1/requirements.txt
  if [ -x "$kept/bin/python" ] && cmp -s "$wanted" "$kept/requirements.txt"; then return 0; fi
  say "Installing the tools of Python in scripts/dev/$1" >&2
  rm -rf "$kept"
  mkdir -p "$DEV"
  # Debian has Python without the module that makes virtual environments.
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    if have apt-get; then apt_install python3 python3-venv >&2 || return 1; fi
  fi
  python3 -m venv "$kept" >&2 || return 1
  "$kept/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r "$wanted" >&2 || return 1
  cp "$wanted" "$kept/requirements.txt"
}

# tool_is_missing NAME CONSEQUENCE: CI must not go on without it; a developer without network may.
tool_is_missing() {
  [ -z "${CI:-}" ] || die "$1 cannot be installed (see above)" "check the network and the registries of npm and pip"
  note "$1 cannot be installed: $2"
}
