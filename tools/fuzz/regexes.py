"""Owns the search for regular expressions whose time explodes: every pattern of the program, found as it is
compiled, looked at by regexploit and timed on strings made from its own characters."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("analysis", "commands", "crawlers", "pipeline", "sample")
LENGTH = 20_000  # characters: of a long article
MOST_SECONDS = 1.0  # for one search in so long a text
PUMPS = (
    "1",
    "0",
    "a",
    " ",
    "字",
    "，",
    "\n",
    "<",
    "-",
    "_",
    "A1",
    "1 ",
    "1-",
    "字，",
    "a.",
    "<a ",
    "（某",
    "2017-",
    "\xb8",
    "\xb8:",
)
Pattern = re.Pattern[str] | re.Pattern[bytes]
_METHODS = ("search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split")


@dataclass(frozen=True)
class Found:
    """A pattern, where it stands, and how long it took on which string."""

    pattern: Pattern
    where: str
    pump: str = ""
    seconds: float = 0.0


def patterns() -> dict[tuple[str | bytes, int], tuple[Pattern, str]]:
    """Every pattern that the program compiles when all of its modules and a city's tagger are loaded, and
    every literal one inside a function."""
    kept: dict[tuple[str | bytes, int], tuple[Pattern, str]] = {}
    real = re.compile

    def noted(pattern: object, flags: int = 0) -> Pattern:
        made: Pattern = real(pattern, flags)  # type: ignore[call-overload]
        frame = sys._getframe(1)
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and ".venv" not in path.parts:
            kept.setdefault((made.pattern, made.flags), (made, f"{path.relative_to(ROOT)}:{frame.f_lineno}"))
        return made

    for name in [name for name in sys.modules if name.split(".")[0] in PACKAGES]:
        del sys.modules[name]
    re.compile = noted  # type: ignore[assignment]
    try:
        for package in PACKAGES:
            for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
                if not module.name.endswith("__main__"):
                    importlib.import_module(module.name)
        _load_tagger()
    finally:
        re.compile = real
    for path, line, pattern, method in _literals():
        made: Pattern = real(pattern)
        kept.setdefault((pattern, made.flags), (made, f"{path}:{line}:{method}"))
    return kept


def _load_tagger() -> None:
    """What is compiled from lexicons and the city's data."""
    from pipeline.city import load_city
    from pipeline.tagging.items import ArticleItem, PostItem, ThreadItem, ThreadPost
    from pipeline.tagging.tagger import Tagger

    tagger = Tagger(load_city(ROOT / "city"))
    post = ThreadPost(floor=1, author="甲", text="路灯不亮，谁来修")
    thread = ThreadItem(id="t", title="路灯不亮", forum="防城港人论坛", posts=[post])
    tagger.articles([ArticleItem(id="a", title="市水利局部署", body="市水利局召开会议。")])
    tagger.threads([thread])
    tagger.followups([thread])
    tagger.posts([PostItem(id="p", text="路灯不亮")])


def _literals() -> Iterator[tuple[Path, int, str | bytes, str]]:
    """`re.search("…", …)` and the like, with a literal pattern."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                if not is_call:
                    continue
                assert isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                of = node.func.value
                is_re = isinstance(of, ast.Name) and of.id == "re" and node.func.attr in _METHODS
                first = node.args[0] if node.args else None
                if is_re and isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
                    yield path.relative_to(ROOT), node.lineno, first.value, node.func.attr


def slowest(pattern: Pattern, where: str, length: int = LENGTH) -> Found:
    """The string of repeated characters on which a pattern takes longest; stopped at a second."""
    worst, how = Found(pattern, where), _used(where)
    own = re.sub(r"\\[a-zA-Z]|[^\w\u4e00-\u9fff（），。：、 -]", "", _source(pattern))
    pumps = [*PUMPS, *dict.fromkeys(own[:14]), own[:12], *_attacks(pattern)]
    for pump in dict.fromkeys(each for each in pumps if each):
        text = (pump * (length // len(pump) + 1))[:length] + "\x00"
        subject = text if isinstance(pattern.pattern, str) else _encoded(text)
        seconds = max(_timed(getattr(pattern, each), subject) for each in how)
        if seconds > worst.seconds:
            worst = Found(pattern, where, pump, seconds)
        if seconds > MOST_SECONDS:
            break
    return worst


def _source(pattern: Pattern) -> str:
    return pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")


def _encoded(text: str) -> bytes:
    """As bytes: a character for each byte, or UTF-8 where it has others."""
    return text.encode("latin-1" if max(text) <= "\xff" else "utf-8")


def _attacks(pattern: Pattern) -> list[str]:
    """What regexploit would repeat to make the pattern slow."""
    from regexploit.ast.sre import SreOpParser
    from regexploit.redos import find

    found: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for redos in find(SreOpParser().parse_sre(_source(pattern), pattern.flags & ~re.UNICODE)):
                if redos.starriness >= 2:
                    example = redos.example(None)
                    found.append(example[:12] if isinstance(example, str) else "")
    except Exception:
        return found  # a construct that it does not know: timing stays
    return found


class _Late(Exception):
    """The time is up."""


def _used(where: str) -> list[str]:
    """By which methods a pattern is used: one that is only matched at the start is not searched for."""
    path, line, *method = where.split(":")
    if method:
        return method if method[0] in ("match", "fullmatch") else ["search"]
    names = {
        target.id
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno <= int(line) <= (node.end_lineno or 0)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    text = (ROOT / path).read_text("utf-8")
    used = {m for name in names for m in re.findall(rf"\b{name}\.(\w+)\(", text)} & set(_METHODS)
    anchored = used <= {"match", "fullmatch"} and used
    return sorted(used) if anchored else ["search"]


def _timed(search: Callable[[Any], object], text: str | bytes) -> float:
    def late(*_: object) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS * 4)
    began = time.thread_time()
    try:
        search(text)
    except _Late:
        return MOST_SECONDS * 4
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return time.thread_time() - began


def main() -> int:
    """Print what is slow; 1 where anything is."""
    found = []
    for pattern, where in patterns().values():
        each = slowest(pattern, where)
        found.append(each)
        if each.seconds > 0.1:
            shown = f"{each.where}  {each.pump[:20]!r}  {each.pattern.pattern[:160]!r}"
            print(f"{each.seconds:5.2f} s  {shown}", flush=True)
    print(
        f"{len(found)} patterns, {sum(each.seconds > MOST_SECONDS for each in found)} over {MOST_SECONDS} s"
    )
    return int(any(each.seconds > MOST_SECONDS for each in found))


if __name__ == "__main__":
    sys.exit(main())
