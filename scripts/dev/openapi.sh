# shellcheck shell=bash
# The tools that check the API's document: redocly lints it, schemathesis makes the requests of a test from it. Both are pinned by hash in
# files beside this one, and are kept in .dev.

# install_redocly: into .dev/redocly, through npm. Fails without npm, apt-get and network.
install_redocly() {
  local kept=$DEV/redocly wanted=$ROOT/scripts/dev/redocly
  if [ -x "$kept/node_modules/.bin/redocly" ] && cmp -s "$wanted/package-lock.json" "$kept/package-lock.json"; then return 0; fi
  have npm || ! have apt-get || apt_install npm || return 1
  rm -rf "$kept"
  mkdir -p "$kept"
  cp "$wanted/package.json" "$kept/"
  "$ROOT/scripts/dev/node.sh" true || return 1
  # The lock file goes last: it says that the rest is there.
  cp "$wanted/package-lock.json" "$kept/package-lock.json"
  "$ROOT/scripts/dev/node.sh" npm ci --prefix "$kept" --ignore-scripts --no-audit --no-fund --loglevel error >&2 || {
    rm -rf "$kept"
    return 1
  }
}

lint_openapi() {
  say "OpenAPI document"
  if ! (install_redocly); then
    tool_is_missing "redocly" "the document is not linted"
    return 0
  fi
  REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
    "$ROOT/scripts/dev/node.sh" "$DEV/redocly/node_modules/.bin/redocly" lint --config "$ROOT/scripts/dev/redocly/redocly.yaml" \
    "$ROOT/api/openapi.json" || die "the OpenAPI document is not clean" "mend what api/src/openapi says, then run ./dev.sh gen"
}

# install_schemathesis: into .dev/schemathesis, a virtual environment. Fails without Python, apt-get and network.
install_schemathesis() {
  local kept=$DEV/schemathesis wanted=$ROOT/scripts/dev/schemathesis/requirements.txt
  if [ -x "$kept/bin/schemathesis" ] && cmp -s "$wanted" "$kept/requirements.txt"; then return 0; fi
  rm -rf "$kept"
  mkdir -p "$DEV"
  # Debian has Python without the module that makes virtual environments.
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    if have apt-get; then apt_install python3 python3-venv || return 1; fi
  fi
  python3 -m venv "$kept" >&2 || return 1
  "$kept/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r "$wanted" >&2 || return 1
  cp "$wanted" "$kept/requirements.txt"
}

# provide_schemathesis: names the program for the tests that use it.
provide_schemathesis() {
  if (install_schemathesis); then
    export SCHEMATHESIS=$DEV/schemathesis/bin/schemathesis
  else
    tool_is_missing "schemathesis" "its test is skipped"
  fi
}

# tool_is_missing NAME CONSEQUENCE: CI must not go on without it; a developer without network may.
tool_is_missing() {
  [ -z "${CI:-}" ] || die "$1 cannot be installed (see above)" "check the network and the registries of npm and pip"
  note "$1 cannot be installed: $2"
}
