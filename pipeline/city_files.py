"""Owns the reading of files that people write: YAML and CSV of a city's folder and of those it extends."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from copy import deepcopy
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.faults import ToldError


class CityError(ToldError, ValueError):
    """The city's data is wrong; the message names the file, the line and what to mend."""


# What city.yaml may say. `season` and `counties` are said by plan.yaml and units.csv; older cities have them.
SETTINGS = frozenset(
    {"name", "slug", "extends", "region", "contact", "desk", "season", "counties"}
    | {"credit_threshold", "class_threshold", "reply_threshold", "unit_threshold"}
    | {"allow_private", "crawl_queue", "retry_times", "backoff_seconds", "backoff_max_seconds"}
    | {"tag_engine", "lake", "raw_forum_days"}
)


def load_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises CityError, which names it."""
    return parse_yaml(path.read_bytes(), path)


def parse_yaml(content: bytes, path: Path) -> Any:
    """Raises CityError, which names the file."""
    try:
        return deepcopy(_parsed(content))
    except UnicodeDecodeError as error:
        raise CityError(f"{path}: 不是 UTF-8 编码，请另存为 UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" 第 {mark.line + 1} 行" if mark is not None else ""
        what = getattr(error, "problem", None) or error
        raise CityError(f"{path}{where}：写法有误，请检查缩进、引号、冒号后的空格（{what}）") from error
    except ValueError as error:  # 2018-02-30 is written like a date
        raise CityError(f"{path}: 有的日期或数字不存在（{error}）") from error
    except RecursionError as error:
        raise CityError(f"{path}: 嵌套过深") from error


@lru_cache(maxsize=64)
def _parsed(content: bytes) -> Any:
    """The same content is parsed once in a process: a build asks for the plan twice, a desk at each renewal,
    and no faster parser is safe here (`load_own_yaml`). Nobody may change what is returned."""
    return yaml.safe_load(content.decode("utf-8"))


@cache
def load_own_yaml(path: Path) -> Any:
    """A lexicon of the program itself, read once by libyaml, six times as fast. Not for files of a city: what
    is nested a thousandfold would end the process. Nobody may change what is returned."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def load_mapping(path: Path) -> dict[str, Any]:
    """A YAML file of `key: value` lines; an empty one is an empty mapping."""
    return as_mapping(load_yaml(path), path)


def check_settings(settings: Iterable[str], path: Path) -> None:
    """Raises CityError for a name that no part of the program reads: what it says would be left undone."""
    for name in settings:
        if name not in SETTINGS:
            near = get_close_matches(name, SETTINGS, 1)
            hint = f"是不是 {near[0]}？" if near else ""
            raise CityError(f"{path}: 不认识的名称“{name}”，{hint}可用的有 {'、'.join(sorted(SETTINGS))}")


def as_mapping(found: Any, path: Path) -> dict[str, Any]:
    """What was read of a file of `key: value` lines. Raises CityError, which names the file."""
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise CityError(f"{path}: 应由“名称: 值”组成，而不是 {type(found).__name__}")
    return found


def read_rows(
    path: Path, needed: tuple[str, ...], content: bytes | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a CSV file of a city with their numbers. Raises CityError."""
    try:
        text = (path.read_bytes() if content is None else content).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CityError(f"{path}: 不是 UTF-8 编码，请另存为 UTF-8") from error
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in needed if name not in (reader.fieldnames or [])]
    if missing:
        raise CityError(f"{path}: 缺少列 {', '.join(missing)}")
    try:
        for row in reader:
            yield reader.line_num, {key: value or "" for key, value in row.items() if key}
    except csv.Error as error:
        raise CityError(f"{path}:{reader.line_num}: 不是有效的 CSV：{error}") from error


def lineage(folder: Path) -> Iterator[Path]:
    """A city's folder and those that it extends, nearest first; each once."""
    seen: set[Path] = set()
    while folder.is_dir() and folder.resolve() not in seen:
        seen.add(folder.resolve())
        yield folder
        config = folder / "city.yaml"
        parent = load_mapping(config).get("extends") if config.is_file() else None
        if not parent:
            return
        folder = folder / str(parent)
