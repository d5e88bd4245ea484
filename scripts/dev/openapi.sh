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

# provide_schemathesis: names the program for the tests that use it.
provide_schemathesis() {
  if (install_python_tools schemathesis); then
    export SCHEMATHESIS=$DEV/schemathesis/bin/schemathesis
  else
    tool_is_missing "schemathesis" "its test is skipped"
  fi
}
