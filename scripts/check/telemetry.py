#!/usr/bin/env python3
"""Holds rules, dashboards and runbook to the catalogue of metrics (docs/metrics.md) and to each other. Needs PyYAML."""

import json
import pathlib
import re
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "dashboards/prometheus"
# What Prometheus itself adds to every scrape and every rule.
OF_PROMETHEUS = {"up", "ALERTS"}
RUNBOOK_BASE = "{{ $externalLabels.runbooks }}/"
# Words of PromQL that are followed by no parenthesis.
WORDS = {"by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "bool", "offset", "inf", "nan"}
problems = []


def documented():
    """Returns every series that docs/metrics.md names, with its labels."""
    series = {}
    for row in (ROOT / "docs/metrics.md").read_text().splitlines():
        match = re.match(r"\| `(\w+)` \| (\w+) \| \w+ \| ([^|]*) \|", row)
        if match:
            name, kind, labels = match.groups()
            labels = set(re.findall(r"`(\w+)`", labels)) | {"job", "instance"}
            parts = ["_bucket", "_sum", "_count"] if kind == "histogram" else [""]
            for part in parts:
                series[name + part] = labels | ({"le"} if part == "_bucket" else set())
    return series


def used(expr):
    """Yields the name and the selector's labels of every series in an expression."""
    plain = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expr)
    plain = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", plain)
    plain = re.sub(r"\[[^\]]*\]", "", plain)
    for match in re.finditer(r"([a-zA-Z_][\w:]*)\s*(\{[^}]*\})?(\s*\()?", plain):
        name, selector, call = match.groups()
        # Labels within a selector are read with it.
        if not call and name not in WORDS and not re.fullmatch(r"\d+\w*", name):
            yield name, set(re.findall(r"(\w+)\s*[=!]", selector or ""))


def check_expr(where, expr, series, recorded):
    for name, labels in used(expr):
        if name in recorded or name in OF_PROMETHEUS:
            continue
        if name not in series:
            problems.append(f"{where}: no metric `{name}` in docs/metrics.md")
        elif labels - series[name]:
            problems.append(f"{where}: `{name}` has no label {', '.join(sorted(labels - series[name]))}")


def check_rules(series):
    """Checks rule files, and returns the recorded names."""
    rules = []
    for file in sorted(RULES.glob("*.rules.yml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            rules += [(f"{file.name} {rule.get('alert') or rule.get('record')}", rule) for rule in group["rules"]]
    recorded = {rule["record"] for _, rule in rules if "record" in rule}
    pages = {"README.md"}
    tested = "".join(file.read_text() for file in RULES.glob("*.test.yml"))
    for where, rule in rules:
        check_expr(where, rule["expr"], series, recorded)
        if "alert" not in rule:
            continue
        alert, url = rule["alert"], rule["annotations"].get("runbook_url", "")
        page = url.removeprefix(RUNBOOK_BASE)
        pages.add(page)
        text = (ROOT / "docs/runbook" / page).read_text() if (ROOT / "docs/runbook" / page).is_file() else ""
        if page == url or f"`{alert}`" not in text:
            problems.append(f"{where}: runbook_url names no page of docs/runbook that is about it: {url}")
        if rule["labels"].get("severity") not in ("page", "ticket"):
            problems.append(f"{where}: severity is `page` or `ticket`")
        fires = rf'alertname="{alert}", severity="{rule["labels"].get("severity")}"'
        if fires not in tested:
            problems.append(f"{where}: no test in which it fires")
    for file in (ROOT / "docs/runbook").glob("*.md"):
        if file.name not in pages:
            problems.append(f"docs/runbook/{file.name}: no alert links to it")
    return recorded


def check_dashboards(series, recorded):
    for file in sorted((ROOT / "dashboards/grafana").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel["targets"]:
                check_expr(f"{file.name} {panel['title']}", target["expr"], series, recorded)


def check_recorded():
    """Every metric of the catalogue is recorded somewhere."""
    catalogue = (ROOT / "crates/platform/src/metrics.rs").read_text()
    functions = re.findall(r"^    (?:counter|gauge|histogram) (\w+)\(", catalogue, re.M)
    sources = subprocess.run(
        ["git", "grep", "-hE", r"\b(metrics::)?[a-z_]+\(", "--", "*.rs", ":!crates/platform/src/metrics.rs", ":!*tests*"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout
    for function in functions:
        if not re.search(rf"metrics::{function}\(", sources):
            problems.append(f"crates/platform/src/metrics.rs: `{function}` is recorded nowhere")
    if len(functions) < 10:
        problems.append("crates/platform/src/metrics.rs: the table cannot be read")


def main():
    series = documented()
    recorded = check_rules(series)
    check_dashboards(series, recorded)
    check_recorded()
    if problems:
        sys.exit("\n".join(problems))


main()
