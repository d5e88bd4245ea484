# shellcheck shell=bash
# Files for those who run the platform: metrics, alerts, dashboards, containers. Their checks need no container engine.

# Prints the path of promtool: the system's, or that of Debian's package, which is unpacked into .dev and not installed, since an
# installed one starts a server. Fails without apt-get and network.
promtool_path() {
  local home=$DEV/promtool
  if have promtool; then
    command -v promtool
    return
  fi
  if [ ! -x "$home/usr/bin/promtool" ]; then
    say "Fetching promtool" >&2
    have apt-get || return 1
    rm -rf "$home"
    mkdir -p "$home"
    (cd "$home" && apt-get download -qq prometheus </dev/null >&2 && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb) || return 1
  fi
  printf '%s' "$home/usr/bin/promtool"
}

lint_operations() {
  local python=$DEV/operations/bin promtool
  say "Metrics, alerts, dashboards, runbook"
  if (install_python_tools operations); then
    lint_telemetry_files "$python"
    lint_container_files "$python"
  else
    tool_is_missing "check-jsonschema" "dashboards and container files are not checked"
  fi
  if promtool=$(promtool_path); then lint_alerts "$promtool"; else tool_is_missing "promtool" "alerts are not tested"; fi
}

lint_telemetry_files() {
  "$1/python" dashboards/grafana/build.py --check || die "the dashboards are not as they are built" "./dev.sh gen"
  "$1/python" scripts/check/telemetry.py || die "telemetry does not fit together (see above)" "CONTRIBUTING.md, \"An alert\""
}

lint_container_files() {
  local compose=("$1/check-jsonschema" --builtin-schema vendor.compose-spec docker-compose.yml)
  "${compose[@]}" -qq || die "docker-compose.yml is not valid" "${compose[*]}"
  "$1/python" scripts/check/deploy.py || die "the container files do not fit together (see above)" "deploy/README.md"
}

lint_alerts() {
  local rules=dashboards/prometheus
  if ! "$1" check rules $rules/*.rules.yml >/dev/null || ! "$1" check config --syntax-only $rules/prometheus.yml >/dev/null ||
    ! "$1" test rules $rules/*.test.yml; then
    die "alerts or their tests fail (see above)" "promtool test rules $rules/*.test.yml"
  fi
}
