"""The report of a load run: figures, a comparison with the run before, and charts as SVG in one HTML file without scripts, fonts or
pictures from elsewhere, so that it opens offline. Refuses: judging a run, which run.py does."""

import html
import time

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 200, 56, 22
COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#57606a")
STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: right; border-bottom: 1px solid #8884; }
td:first-child, th:first-child { text-align: left; } svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: currentColor; }
.good { color: #1a7f37; } .bad { color: #d1242f; } h2 { margin-top: 2rem; } .legend span { margin-right: 1rem; }
"""


def percentile(before, after, share):
    """Returns the upper bound of the bucket that holds this share of what came between two readings of a histogram."""
    early = dict(before)
    counts = [(bound, count - early.get(bound, 0)) for bound, count in after]
    if not counts or counts[-1][1] <= 0:
        return 0.0
    wanted, finite = share * counts[-1][1], [bound for bound, _ in counts if bound != float("inf")]
    reached = next((bound for bound, count in counts if count >= wanted), float("inf"))
    return min(reached, finite[-1]) if finite else 0.0


def between(before, after):
    """Returns one point of the charts: what happened between two samples."""
    seconds = max(after["at"] - before["at"], 1e-3)
    point = {
        "at": after["at"],
        "recorded_per_s": max(after["recorded"] - before["recorded"], 0) / seconds,
        "awarded_per_s": max(after["done"] - before["done"], 0) / seconds,
        "answer_p50_ms": percentile(before["answers"], after["answers"], 0.5) * 1000,
        "answer_p99_ms": percentile(before["answers"], after["answers"], 0.99) * 1000,
        "award_p50_ms": percentile(before["awards"], after["awards"], 0.5) * 1000,
        "award_p99_ms": percentile(before["awards"], after["awards"], 0.99) * 1000,
        "queue_age_s": after["age"],
        "waiting_jobs": after["waiting"],
    }
    for name, (cpu, memory) in after["usage"].items():
        point[f"cpu {name}"] = max(cpu - before["usage"][name][0], 0) / seconds * 100
        point[f"memory {name}"] = memory / 1e6
    return point


def result(scenario, machine, summary, check, samples, wrong):
    """Returns all that is kept of a run."""
    duration = next((m for k, m in summary["metrics"].items() if k == "http_req_duration{name:webhook}"), None)
    duration = duration or summary["metrics"]["http_req_duration"]
    awards = check["award_seconds"] or {}
    busy = [point for point in samples if point["recorded_per_s"] > 0] or samples
    figures = {
        "orders accepted": check["accepted"],
        "orders/s, greatest": max((point["recorded_per_s"] for point in busy), default=0),
        "answer p50, ms": duration["med"],
        "answer p99, ms": duration["p(99)"],
        "answer greatest, ms": duration["max"],
        "queue age, greatest, s": max((point["queue_age_s"] for point in samples), default=0),
    }
    for shop, shares in sorted(awards.items()):
        figures[f"webhook to points p50, ms ({shop})"] = shares[0] * 1000
        figures[f"webhook to points p99, ms ({shop})"] = shares[2] * 1000
    for name in [key for key in (samples[-1] if samples else {}) if key.startswith(("cpu", "memory"))]:
        unit = "% of a core, mean" if name.startswith("cpu") else "MB, greatest"
        values = [point[name] for point in busy]
        figures[f"{name}, {unit}"] = sum(values) / len(values) if name.startswith("cpu") else max(values)
    return {
        "scenario": scenario, "date": time.strftime("%Y-%m-%d %H:%M:%S"), "machine": machine, "wrong": wrong,
        "check": check, "figures": figures, "samples": samples,
    }


def change(now, before):
    """Returns how a figure compares with that of the run before."""
    if before is None:
        return ""
    if not before:
        return "" if not now else "new"
    return f"{(now - before) / before * 100:+.0f} %"


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.1f}"


def text(run, before):
    """Returns the figures for the terminal."""
    old = before["figures"] if before else {}
    lines = [f"    {name:<44} {number(value):>10}  {change(value, old.get(name)):>8}" for name, value in run["figures"].items()]
    check = run["check"]
    lines.append(f"    {check['accepted']} accepted: {check['effects']} effects, {check['lost']} lost, {check['doubled']} doubled, "
                 f"{check['wrong_points']} with wrong points")
    return "\n".join(lines)


def chart(title, unit, samples, names):
    """Returns one chart of several lines over time."""
    lines = [(label, [(point["at"], point.get(name, 0)) for point in samples]) for label, name in names]
    top = max((value for _, points in lines for _, value in points), default=0) or 1
    end = max((at for _, points in lines for at, _ in points), default=0) or 1
    x = lambda at: LEFT + at / end * (WIDTH - LEFT)
    y = lambda value: (HEIGHT - BOTTOM) * (1 - value / top) + 8
    parts = []
    for share in (0, 0.5, 1):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y(top * share):.1f}" y2="{y(top * share):.1f}" stroke="#8886"/>'
                     f'<text x="{LEFT - 6}" y="{y(top * share) + 4:.1f}" text-anchor="end">{number(top * share)}</text>')
    parts += [f'<text x="{x(end * share):.0f}" y="{HEIGHT + 4}" text-anchor="{anchor}">{number(end * share)} s</text>'
              for share, anchor in ((0, "start"), (0.5, "middle"), (1, "end"))]
    legend = []
    for index, (label, points) in enumerate(lines):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        legend.append(f'<span style="color:{colour}">{html.escape(label)}</span>')
    return (f"<h2>{html.escape(title)}, {html.escape(unit)}</h2><p class=legend>{''.join(legend)}</p>"
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 10}" role="img" aria-label="{html.escape(title)}">{"".join(parts)}</svg>')


def page(run, before):
    """Returns the report as one HTML file."""
    samples, old = run["samples"], before["figures"] if before else {}
    rows = "".join(
        f"<tr><td>{html.escape(name)}<td>{number(value)}<td>{number(old[name]) if name in old else ''}<td>{change(value, old.get(name))}"
        for name, value in run["figures"].items())
    verdict = "".join(f"<p class=bad>{html.escape(wrong)}</p>" for wrong in run["wrong"]) or (
        "<p class=good>Every accepted webhook is exactly one effect, and every threshold held.</p>")
    processes = [name[4:] for name in (samples[-1] if samples else {}) if name.startswith("cpu ")]
    charts = [
        chart("Throughput", "orders/s", samples, [("recorded", "recorded_per_s"), ("awarded", "awarded_per_s")]),
        chart("Time to answer (upper bounds of buckets)", "ms", samples, [("p50", "answer_p50_ms"), ("p99", "answer_p99_ms")]),
        chart("From webhook to points (upper bounds of buckets)", "ms", samples, [("p50", "award_p50_ms"), ("p99", "award_p99_ms")]),
        chart("Age of the oldest job", "s", samples, [("age", "queue_age_s")]),
        chart("Jobs waiting", "jobs", samples, [("waiting", "waiting_jobs")]),
        chart("Processor", "% of a core", samples, [(name, f"cpu {name}") for name in processes]),
        chart("Memory", "MB", samples, [(name, f"memory {name}") for name in processes]),
    ]
    compared = f"compared with the run of {html.escape(before['date'])}" if before else "the first run of this scenario"
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>Load run: {html.escape(run['scenario'])}</title><style>{STYLE}</style><h1>Load run: {html.escape(run['scenario'])}</h1>"
            f"<p>{html.escape(run['date'])}; {html.escape(run['machine'])}; {compared}</p>{verdict}"
            f"<table><tr><th>Figure<th>This run<th>Before<th>Change{rows}</table>{''.join(charts)}</html>\n")
