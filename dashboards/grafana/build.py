#!/usr/bin/env python3
"""Builds the Grafana dashboards of this folder from the table below: `./dev.sh gen` writes them, `./dev.sh lint` compares them
(`--check`). A panel is a title, a unit and queries with their legends. Refuses: metrics that docs/metrics.md does not name, which
scripts/check/telemetry.py checks."""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent
COLUMNS, WIDTH, HEIGHT = 2, 12, 8
RATE = "[$__rate_interval]"


def quantiles(metric, selector="", by=""):
    """Returns queries of the 50th and 99th percentile of a histogram."""
    group = f"le, {by}" if by else "le"
    legend = f"{{{{{by}}}}} " if by else ""
    return [
        (f"histogram_quantile({share}, sum by ({group}) (rate({metric}_bucket{{{selector}}}{RATE})))", f"{legend}p{name}")
        for share, name in ((0.5, "50"), (0.99, "99"))
    ]


def per_second(metric, by, selector=""):
    """Returns the query of a counter's rate by labels."""
    legend = " ".join(f"{{{{{label}}}}}" for label in by.split(", "))
    return [(f"sum by ({by}) (rate({metric}{{{selector}}}{RATE}))", legend)]


WEBHOOK = 'route="/v1/api/shopify/webhook"'
DASHBOARDS = {
    "objectives": ("Objectives", [
        ("Share of bad events, over an hour", "percentunit", [("slo:bad_events:ratio_rate1h", "{{slo}}")]),
        ("Share of bad events, over a day", "percentunit", [("slo:bad_events:ratio_rate1d", "{{slo}}")]),
        ("Alerts that fire", "none", [('count by (alertname, severity) (ALERTS{alertstate="firing"})', "{{alertname}} {{severity}}")]),
        ("Processes that answer", "none", [('sum by (job) (up{job=~"loyalnest-.*"})', "{{job}}")]),
    ]),
    "ingress": ("Ingress (api)", [
        ("Webhooks by outcome", "reqps", per_second("ingress_webhook_messages_total", "outcome")),
        ("Webhooks by topic", "reqps", per_second("ingress_webhook_messages_total", "topic")),
        ("Time to answer a webhook", "s", quantiles("api_http_request_seconds", WEBHOOK)),
        ("Time of a commit", "s", quantiles("ingress_commit_seconds")),
        ("Webhooks in a commit", "none", quantiles("ingress_commit_rows")),
        ("Answers by status", "reqps", per_second("api_http_requests_total", "status")),
        ("Requests by route", "reqps", per_second("api_http_requests_total", "route")),
        ("Time to answer, by route (99th percentile)", "s",
         [(f"histogram_quantile(0.99, sum by (le, route) (rate(api_http_request_seconds_bucket{RATE})))", "{{route}}")]),
        ("Requests with a partner's key, by outcome", "reqps", per_second("api_quota_requests_total", "outcome")),
        ("Jobs handed to queues", "ops", per_second("jobs_enqueued_total", "queue, outcome")),
    ]),
    "queues": ("Queues (workers)", [
        ("Runs by outcome", "ops", per_second("jobs_runs_total", "queue, outcome")),
        ("Jobs by state", "none", [("max by (queue, state) (queue_depth_jobs)", "{{queue}} {{state}}")]),
        ("Age of the oldest job that may run", "s", [("max by (queue) (queue_age_seconds)", "{{queue}}")]),
        ("From webhook to points", "s", quantiles("jobs_completion_seconds", 'queue=~"award-points|cancel-adjustment"', "queue")),
        ("Time until a run begins", "s", quantiles("jobs_wait_seconds", "", "queue")),
        ("Time of a run", "s", quantiles("jobs_run_seconds", "", "queue")),
        ("Jobs in one statement", "none", quantiles("jobs_batch_rows", "", "queue")),
        ("Turns put off", "ops", per_second("jobs_throttled_turns_total", "queue, reason")),
        ("Snoozes by reason", "ops", per_second("jobs_snoozed_runs_total", "queue, reason")),
        ("Leases taken back, results refused", "ops",
         per_second("jobs_rescued_leases_total", "queue, outcome") +
         [(f"sum by (queue) (rate(jobs_fenced_settlements_total{RATE}))", "{{queue}} refused")]),
    ]),
    "scheduler": ("Scheduler", [
        ("Passes by outcome", "ops", per_second("scheduler_passes_total", "task, outcome")),
        ("Time of a pass", "s", quantiles("scheduler_pass_seconds", "", "task")),
        ("Rows repaired or moved on", "ops", per_second("scheduler_rows_total", "task")),
        ("Events that wait, and that are held", "none",
         [("max(outbox_waiting_events)", "waiting"), ("max(outbox_held_events)", "held")]),
        ("Age of the oldest event that waits", "s", [("max(outbox_oldest_event_age_seconds)", "age")]),
        ("Events relayed, by outcome", "ops", per_second("events_relayed_total", "outcome")),
        ("Ticks within a day, by outcome", "none", [("sum by (task, outcome) (increase(cron_ticks_total[1d]))", "{{task}} {{outcome}}")]),
        ("From a tick to its claim", "s", quantiles("cron_late_seconds", "", "task")),
        ("Rows of maintenance", "ops", per_second("maintenance_rows_total", "task")),
        ("Risks of Redis", "none", [("max by (state) (redis_risk_nodes)", "{{state}}")]),
        ("Errors of Redis, panics", "ops",
         per_second("redis_errors_total", "job, task") + [(f"sum by (job) (rate(process_panics_total{RATE}))", "{{job}} panics")]),
    ]),
    "partners": ("Partners", [
        ("Calls by outcome", "ops", per_second("upstream_calls_total", "upstream, outcome")),
        ("Share of calls that fail", "percentunit", [(
            f'sum by (upstream) (rate(upstream_calls_total{{outcome=~"failed|timed_out"}}{RATE}))'
            f' / sum by (upstream) (rate(upstream_calls_total{{outcome=~"succeeded|throttled|failed|timed_out|rejected"}}{RATE}))',
            "{{upstream}}")]),
        ("Changes of circuits", "ops", per_second("upstream_circuit_changes_total", "upstream, state")),
        ("Wait for a place within the process", "s", quantiles("upstream_limiter_wait_seconds", "", "upstream")),
        ("Snoozes by reason", "ops", per_second("jobs_snoozed_runs_total", "queue, reason")),
    ]),
    "ledger": ("Ledger", [
        ("Ledger entries by outcome", "ops", per_second("points_ledger_entries_total", "outcome")),
        ("Orders to points, completed", "ops",
         per_second("jobs_runs_total", "queue", 'queue=~"award-points|cancel-adjustment",outcome="done"')),
        ("From webhook to points", "s", quantiles("jobs_completion_seconds", 'queue=~"award-points|cancel-adjustment"')),
        ("Dead letters within a day", "none", [('sum by (queue) (increase(jobs_runs_total{outcome="dead"}[1d]))', "{{queue}}")]),
        ("Customers whose balance drifted", "none", [("max(points_drifted_customers)", "customers")]),
        ("Balances looked at", "ops", per_second("maintenance_rows_total", "task", 'task="verify-balances"')),
    ]),
}


def panel(index, title, unit, queries):
    """Returns one graph."""
    source = {"type": "prometheus", "uid": "prometheus"}
    return {
        "id": index + 1,
        "type": "timeseries",
        "title": title,
        "datasource": source,
        "gridPos": {"x": index % COLUMNS * WIDTH, "y": index // COLUMNS * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0, "custom": {"fillOpacity": 8}}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}},
        "targets": [
            {"refId": chr(ord("A") + number), "datasource": source, "expr": expr, "legendFormat": legend}
            for number, (expr, legend) in enumerate(queries)
        ],
    }


def dashboard(name, title, panels):
    """Returns the text of one dashboard."""
    document = {
        "uid": f"loyalnest-{name}",
        "title": f"LoyalNest: {title}",
        "tags": ["loyalnest"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "browser",
        "links": [{"type": "dashboards", "tags": ["loyalnest"], "asDropdown": True, "title": "LoyalNest"}],
        "panels": [panel(index, *row) for index, row in enumerate(panels)],
    }
    return json.dumps(document, indent=2) + "\n"


def main():
    stale = []
    wanted = {f"{name}.json": dashboard(name, *row) for name, row in DASHBOARDS.items()}
    for name, text in wanted.items():
        file = FOLDER / name
        if sys.argv[1:] != ["--check"]:
            file.write_text(text)
        elif not file.is_file() or file.read_text() != text:
            stale.append(name)
    stale += [file.name for file in FOLDER.glob("*.json") if file.name not in wanted]
    if stale:
        sys.exit(f"not as dashboards/grafana/build.py builds them: {', '.join(sorted(stale))} (run ./dev.sh gen)")


main()
