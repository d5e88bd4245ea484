#!/usr/bin/env python3
"""Runs one k6 scenario against a running platform, watches the processes meanwhile, waits until all jobs have ended, checks in
PostgreSQL that every accepted webhook is exactly one effect, and writes the report. Called by `./dev.sh load`; needs nothing but
Python's own library. Exit code 1: a threshold was missed, or something was lost, doubled or miscounted."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

import report

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE_SECONDS = 1.0
PROGRESS_SECONDS = 5.0
# Jobs count as lost after this time without progress.
STALL_SECONDS = 60.0
SCRAPE_TIMEOUT_SECONDS = 2.0
NOT_ACCEPTED = re.compile(r"not-accepted (\d+)")


def scrape(url):
    """Returns the series of one process, or nothing while it does not answer."""
    series = {}
    try:
        with urllib.request.urlopen(f"{url}/metrics", timeout=SCRAPE_TIMEOUT_SECONDS) as answer:
            for line in answer.read().decode().splitlines():
                if line and line[0] != "#":
                    name, _, value = line.rpartition(" ")
                    series[name] = float(value)
    except OSError:
        pass
    return series


def total(series, name, *parts):
    """Returns the sum of all series of a name whose labels hold the parts."""
    return sum(v for k, v in series.items() if k.split("{")[0] == name and all(part in k for part in parts))


def tree(pid):
    """Returns a process and its children: PostgreSQL has one for each connection."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(int(child) for child in children)]


def usage(pid):
    """Returns seconds of processor time and resident bytes; shared pages of children are counted once."""
    ticks, pages = 0, 0
    for one in tree(pid):
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rpartition(") ")[2].split()
            resident, shared = pathlib.Path(f"/proc/{one}/statm").read_text().split()[1:3]
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12]) + (int(fields[13]) + int(fields[14]) if one == pid else 0)
        pages += int(resident) - (0 if one == pid else int(shared))
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE")


def buckets(series, name, *parts):
    """Returns the cumulative counts of a histogram by upper bound."""
    found = {}
    for key, value in series.items():
        if key.startswith(f"{name}_bucket{{") and all(part in key for part in parts):
            bound = float(re.search(r'le="([^"]+)"', key).group(1).replace("+Inf", "inf"))
            found[bound] = found.get(bound, 0) + value
    return sorted(found.items())


class Watch:
    """Samples of all processes, one a second."""

    def __init__(self, urls, processes):
        self.urls, self.processes, self.begun, self.samples = urls, processes, time.monotonic(), []
        self.before = None

    def sample(self):
        series = {}
        for url in self.urls:
            for name, value in scrape(url).items():
                series[name] = series.get(name, 0) + value
        now = {
            "at": time.monotonic() - self.begun,
            "recorded": total(series, "ingress_webhook_messages_total", 'outcome="recorded"'),
            "done": total(series, "jobs_runs_total", 'outcome="done"', 'queue="award-points"'),
            "answers": buckets(series, "api_http_request_seconds", 'route="/v1/api/shopify/webhook"'),
            "awards": buckets(series, "jobs_completion_seconds", 'queue="award-points"'),
            "age": max((v for k, v in series.items() if k.startswith("queue_age_seconds")), default=0),
            "waiting": total(series, "queue_depth_jobs", 'state="waiting"'),
            "usage": {name: usage(pid) for name, pid in self.processes.items()},
        }
        if self.before:
            self.samples.append(report.between(self.before, now))
        self.before = now
        return now


def run_k6(arguments, folder, watch):
    """Runs k6 to its end and returns its exit code and the numbers of orders that were not accepted."""
    log, summary = folder / "k6.log", folder / "summary.json"
    command = [
        arguments.k6, "run", "--quiet", "--no-color", "--no-usage-report", "--log-output", f"file={log}",
        "--summary-export", str(summary), str(HERE / "scenarios" / f"{arguments.scenario}.js"),
    ]
    with (folder / "k6.txt").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        said = 0.0
        while process.poll() is None:
            now = watch.sample()
            if now["at"] - said >= PROGRESS_SECONDS and watch.samples:
                said = now["at"]
                last = watch.samples[-1]
                print(f"    {now['at']:5.0f} s  {now['recorded']:8.0f} recorded  {now['done']:8.0f} awarded  "
                      f"{last['recorded_per_s']:6.0f}/s  answer p99 {last['answer_p99_ms']:6.1f} ms", flush=True)
            time.sleep(SAMPLE_SECONDS)
    lines = log.read_text() if log.is_file() else ""
    return process.returncode, [int(number) for number in NOT_ACCEPTED.findall(lines)]


def drain(arguments, watch):
    """Waits until no record is pending. Fails when nothing moves for a minute."""
    query = "SELECT count(*) FROM api_logs WHERE status = 'pending' AND webhook_id LIKE 'load-%'"
    least, moved = None, time.monotonic()
    while True:
        watch.sample()
        left = int(psql(arguments, "-c", query))
        if left == 0:
            return
        if least is None or left < least:
            least, moved = left, time.monotonic()
        if time.monotonic() - moved > STALL_SECONDS:
            sys.exit(f"error: {left} webhooks are still pending, and none ended for {STALL_SECONDS:.0f} s")
        time.sleep(SAMPLE_SECONDS)


def psql(arguments, *options):
    command = [arguments.psql, "-XAtq", "-v", "ON_ERROR_STOP=1", *options, arguments.database_url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def judge(arguments, code, summary, check, verified):
    """Returns what is wrong."""
    wrong = [f"{check[name]} {name.replace('_', ' ')}" for name in
             ("lost", "doubled", "wrong_points", "without_record", "unfinished") if check[name]]
    sent = summary["metrics"].get("orders_accepted", {}).get("count", 0)
    if sent != check["accepted"]:
        wrong.append(f"{sent} orders were answered 200, but {check['accepted']} are recorded")
    if check["effects"] != check["accepted"] + check["recorded_without_answer"]:
        wrong.append(f"{check['effects']} effects")
    if not sent:
        wrong.append("no order was accepted")
    if not verified:
        wrong.append("`loyalnest verify` found drift")
    if code:
        wrong.append("a threshold was missed" if code == 99 else f"k6 ended with {code}")
    return wrong


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario")
    for name in ("k6", "psql", "database-url", "loyalnest", "results", "machine"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--metrics-url", action="append", required=True)
    parser.add_argument("--process", action="append", default=[], metavar="NAME=PID")
    return parser.parse_args()


def main():
    arguments = parse()
    kept = pathlib.Path(arguments.results) / arguments.scenario
    folder = kept / time.strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    processes = {name: int(pid) for name, _, pid in (process.partition("=") for process in arguments.process)}
    watch = Watch(arguments.metrics_url, processes)
    watch.sample()
    code, not_accepted = run_k6(arguments, folder, watch)
    drain(arguments, watch)
    numbers = ",".join(map(str, not_accepted))
    check = json.loads(psql(arguments, "-v", f"not_accepted={numbers}", "-f", str(HERE / "check.sql")))
    verified = subprocess.run([arguments.loyalnest, "verify"], stdout=subprocess.DEVNULL, check=False).returncode == 0
    summary = json.loads((folder / "summary.json").read_text())
    wrong = judge(arguments, code, summary, check, verified)
    result = report.result(arguments.scenario, arguments.machine, summary, check, watch.samples, wrong)
    (folder / "result.json").write_text(json.dumps(result, indent=1))
    earlier = [json.loads(file.read_text()) for file in sorted(kept.glob("*/result.json")) if file.parent != folder]
    # A run that failed is no measure.
    before = next((run for run in reversed(earlier) if not run["wrong"] and run["machine"] == arguments.machine), None)
    page = folder / "report.html"
    page.write_text(report.page(result, before))
    print(report.text(result, before))
    print(f"    report: {page}")
    if wrong:
        sys.exit("error: " + "; ".join(wrong))


main()
