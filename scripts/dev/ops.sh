# shellcheck shell=bash
# The front end of the queue monitor (dashboards/): its packages, its build, its checks and its browser tests.

# Packages as the lock file says; again only when that has changed.
install_ops() {
  have npm || apt_install npm
  local stamp=$DEV/ops-packages.sha256
  mkdir -p "$DEV"
  if ! [ -d dashboards/node_modules ] || ! sha256sum --status -c "$stamp" 2>/dev/null; then
    say "Installing the packages of the front end"
    (cd dashboards && ../scripts/dev/node.sh npm ci --no-audit --no-fund --loglevel error </dev/null) ||
      die "the packages of the front end could not be installed" "check the network and npm's registry, then run this again"
    sha256sum dashboards/package-lock.json >"$stamp"
  fi
}

# Builds what the api serves at /ops, unless it is newer than all its sources.
build_ops() {
  local page=dashboards/ops/dist/index.html
  if [ -f "$page" ] && [ -z "$(find dashboards/ops dashboards/package-lock.json -newer "$page" -type f \
    -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/.cache/*' -not -path '*/generated/*' \
    -not -path '*/testing/*' -print -quit)" ]; then
    return 0
  fi
  install_ops
  say "Building the front end of the queue monitor"
  (cd dashboards && ../scripts/dev/node.sh npm run build </dev/null) || die "the front end could not be built (see above)" ""
}

lint_ops() {
  install_ops
  say "The front end: types, rules, texts, unit tests, size"
  (cd dashboards && ../scripts/dev/node.sh npm run check </dev/null) || die "the front end's check fails (see above)" "cd dashboards; ../scripts/dev/node.sh npm run check"
}

# Chromium as Debian has it; where that cannot be installed, the tests say so and fail.
install_chromium() {
  if have chromium || have chromium-browser || have google-chrome || [ -n "${CHROME_PATH:-}" ]; then return 0; fi
  apt_install chromium
}

test_ops() {
  install_ops
  install_chromium
  say "Browser tests of the queue monitor"
  (cd dashboards && ../scripts/dev/node.sh npm run browser </dev/null) && return 0
  # A browser on a busy machine may be late once; what is broken fails again.
  warn "browser tests failed (see above): they run once more"
  (cd dashboards && ../scripts/dev/node.sh npm run browser </dev/null)
}
