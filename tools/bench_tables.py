"""Owns the tables of docs/performance.md and its chart: what the benches measured beside what is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.bench_questions import LIMITS

PLACES = (("a city", 500), ("a province of 14 cities", 7_000), ("the country, 333 cities", 166_500))


def table(rows: Iterable[tuple[str, str, str, str]]) -> str:
    lines = ["| what | wanted | measured | |", "| --- | --- | --- | --- |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def verdict(holds: bool) -> str:
    return "holds" if holds else "**does not hold here**"


def crawl_table(rates: dict[str, float]) -> str:
    ours, scrapy = rates["crawl, parsed and landed"], rates["Scrapy alone"]
    again = rates["captures read and parsed"]
    tree = rates["trees alone (selectolax)"]
    soup = rates["title and text by BeautifulSoup on lxml"]
    parsed, bare = rates["captures parsed"], rates["bare aiohttp client"]
    rows = [
        (
            "pages of 30 KB a second, one process, parsed and landed",
            "400",
            f"{ours:,.0f}",
            verdict(ours >= 400),
        ),
        ("beside Scrapy alone, which throws them away", "", f"{ours / scrapy:.2f} ×", ""),
        ("beside a bare aiohttp client", "", f"{ours / bare:.2f} ×", ""),
        (
            "captures read and parsed again, a second of a processor",
            "1,000",
            f"{again:,.0f}",
            verdict(again >= 1e3),
        ),
        ("parsing beside building the tree alone", "", f"{parsed / tree:.2f} ×", ""),
        ("parsing beside BeautifulSoup's title and text", "", f"{parsed / soup:.1f} ×", ""),
    ]
    return table(rows)


def build_table(most: dict[str, Any]) -> str:
    first, later, small, size = most["first"], most["increment"], most["small"], most["size"]
    share = first["warehouse_bytes"] / most["landed"]["text_bytes"]
    index_share = first["index_bytes"] / most["landed"]["text_bytes"]
    asked = most["asked"]
    slowest = max(each["later"] for name, each in asked.items() if name.startswith("search "))
    coverage, queue = (asked[name]["later"] for name in ("coverage", "queue"))
    every_ticket = asked["list of the queue"]["later"]
    every_article = asked["list of coverage with articles"]["later"]
    tags = sum(each["seconds"] for each in first["tagging"].values())
    rate, count = most["rate"], most["increment_size"]
    sampled = first["tagging"]["articles"]
    unread = sampled["seconds"] / sampled["items"] * (most["landed"]["articles"] - sampled["items"])
    rows = [
        (
            f"{size:,} documents, all but tags: a second by the clock",
            "10,000",
            f"{rate:,.0f}",
            verdict(rate >= 1e4),
        ),
        ("the same a second of a processor", "", f"{most['rate_cpu']:,.0f}", ""),
        ("tags of threads and reprints, share of the processor", "", f"{tags / first['cpu']:.0%}", ""),
        (
            "the same with each article tagged, reckoned from those that were",
            "",
            f"{(tags + unread) / (first['cpu'] + unread):.0%}",
            "",
        ),
        ("bytes stored a byte of text", "0.6", f"{share:.2f}", verdict(share <= 0.6)),
        ("index of words beside it, bytes a byte of text", "", f"{index_share:.2f}", ""),
        (f"a day's increment of {count:,}", "seconds", f"{later['seconds']:.0f} s", ""),
        (f"the same, of a processor; tags {tagging(later):.0f} s", "", f"{later['cpu']:.0f} s", ""),
        (f"an increment of {count // 10:,}", "less", f"{small['seconds']:.0f} s", ""),
        asked_row("slowest search", slowest, "search"),
        asked_row("coverage: the ledger, every verdict with its numbers", coverage, "coverage"),
        asked_row("queue: its first screen, and how many there are of each state", queue, "queue"),
        listed_row("coverage with the articles that count, as files and the API have it", every_article),
        listed_row("queue as a list of every open ticket", every_ticket),
        ("peak memory of the build", "bounded", f"{first['built_peak_mb']:,} MB", ""),
        ("the same of the largest process beside it", "", f"{first['beside_peak_mb']:,} MB", ""),
        ("peak memory with the index of words", "bounded", f"{first['peak_mb']:,} MB", ""),
        ("peak memory of an increment", "bounded", f"{later['peak_mb']:,} MB", ""),
    ]
    return table(rows)


def asked_row(what: str, seconds: float, kind: str) -> tuple[str, str, str, str]:
    """A question beside the limit of its kind."""
    limit = LIMITS[kind]
    return what, f"{limit * 1e3:.0f} ms", f"{seconds * 1e3:,.0f} ms", verdict(seconds <= limit)


def listed_row(what: str, seconds: float) -> tuple[str, str, str, str]:
    """A list in full, for which no time is wanted: past a limit it is shown what takes it."""
    limit = LIMITS["list"]
    told = f"over {limit * 1e3:.0f} ms: its plan stands below" if seconds > limit else ""
    return what, "", f"{seconds * 1e3:,.0f} ms", told


def sizes_table(most: dict[str, Any], page_kilobytes: float) -> str:
    """What places of these many documents a day take, from the figures of the largest run and from what a
    captured page takes on disk."""
    documents, first, later = most["landed"]["documents"], most["first"], most["increment"]
    kilobytes = {
        "landing": most["landed"]["landed_bytes"] / documents / 1e3,
        "warehouse": first["warehouse_bytes"] / documents / 1e3,
        "index of words": first["index_bytes"] / documents / 1e3,
        "captures": page_kilobytes,
    }
    cpu = later["cpu"] / most["increment_size"]
    heads = [f"{name} a year" for name in kilobytes]
    lines = [
        f"| | documents a day | {' | '.join(heads)} | build a day of a processor, without tags of articles |",
        "| --- | ---: " + "| ---: " * (len(kilobytes) + 1) + "|",
    ]
    for name, a_day in PLACES:
        cells = [f"{a_day * 365 * each / 1e6:,.1f} GB" for each in kilobytes.values()]
        lines.append(f"| {name} | {a_day:,} | {' | '.join(cells)} | {a_day * cpu / 60:,.1f} min |")
    return "\n".join(lines)


def tagging(done: dict[str, Any]) -> float:
    return sum(each["seconds"] for each in done["tagging"].values())


def growth_table(results: list[dict[str, Any]]) -> str:
    lines = [
        "| documents | first build | a second by the clock, without tags | increment | index of words "
        "| warehouse | a byte of text | peak |",
        "| ---: " * 8 + "|",
    ]
    for each in results:
        first, later = each["first"], each["increment"]
        share = first["warehouse_bytes"] / each["landed"]["text_bytes"]
        cells = (
            f"{each['size']:,}",
            f"{first['seconds']:,.0f} s{'' if each['reprints'] else ' (no reprints)'}",
            f"{each['rate']:,.0f}",
            f"{later['seconds']:.0f} s ({later['cpu']:.0f} s of a processor)",
            f"{first['index_bytes'] / 1e6:,.0f} MB",
            f"{first['warehouse_bytes'] / 1e6:,.0f} MB",
            f"{share:.2f}",
            f"{first['built_peak_mb']:,} MB",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def draw(results: list[dict[str, Any]], chart: Path) -> None:
    """How the costs grow with the number of documents, each beside its own value at the smallest size."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "gangqing"
    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    axes = figure.subplots()
    lines = {
        "first build, s of a processor": lambda r: r["first"]["cpu"],
        "increment, s of a processor": lambda r: r["increment"]["cpu"],
        "warehouse, MB": lambda r: r["first"]["warehouse_bytes"] / 1e6,
        "index of words, MB": lambda r: r["first"]["index_bytes"] / 1e6,
        "peak memory, MB": lambda r: r["first"]["built_peak_mb"],
    }
    sizes = [each["size"] for each in results]
    for (name, value), colour in zip(
        lines.items(), ("#1f5a94", "#3b8f5a", "#b3392f", "#c28a1b", "#6b5b95"), strict=True
    ):
        values = [value(each) for each in results]
        axes.plot(sizes, values, marker="o", color=colour, label=name)
        axes.annotate(
            f"{values[-1]:,.0f}",
            (sizes[-1], values[-1]),
            xytext=(6, -3),
            textcoords="offset points",
            fontsize=8,
        )
    axes.set(xscale="log", yscale="log", xlabel="documents", title="How cost grows")
    axes.margins(x=0.12)
    axes.grid(True, which="major", color="#dddddd")
    axes.legend(fontsize=8, frameon=False)
    figure.savefig(chart, format="svg", metadata={"Date": None})
