"""docs/adding-a-site.md is true: its platforms, options, commands and examples are those of the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml

from crawlers.platforms import COMMON_OPTIONS, PLATFORMS, POINTED_TO, platform_of
from pipeline.city import Site, load_city
from tests.crawlers.platforms import made

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "adding-a-site.md").read_text(encoding="utf-8")
READ = re.compile(r"options(?:\.get\(|\[)\s*\"(\w+)\"")


def options_table() -> str:
    """The table as the code has it; paste it into the page when this test fails."""
    lines = ["| 平台 | 选项 | 意义 |", "|---|---|---|"]
    for name in ("discuz", "hongdou", "founder", "trs", "general"):
        lines += [f"| {name} | `{option}` | {says} |" for option, says in PLATFORMS[name].OPTIONS.items()]
    lines += [f"| 任何平台 | `{option}` | {says} |" for option, says in COMMON_OPTIONS.items()]
    return "\n".join(lines)


def test_the_options_on_the_page_are_those_of_the_code() -> None:
    found = re.search(r"<!-- options:[^\n]*-->\n(.*?)\n?<!-- /options -->", PAGE, re.S)
    assert found is not None and found.group(1) == options_table()
    assert [name for name in ("feed", "wechat") if PLATFORMS[name].OPTIONS] == []


def read_in(*patterns: str) -> set[str]:
    files = [path for pattern in patterns for path in (ROOT / "crawlers").glob(pattern)]
    return {name for path in files for name in READ.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(
    ("name", "patterns"),
    [
        ("discuz", ["platforms/discuz*.py"]),
        ("hongdou", ["platforms/hongdou.py"]),
        ("founder", ["platforms/founder*.py"]),
        ("trs", ["platforms/trs.py", "platforms/listing.py"]),
        ("general", ["platforms/general.py", "platforms/listing.py"]),
        ("feed", ["platforms/feed.py"]),
        ("wechat", ["platforms/wechat.py"]),
    ],
)
def test_every_option_that_is_read_is_declared_and_the_other_way_round(
    name: str, patterns: list[str]
) -> None:
    assert read_in(*patterns) == set(PLATFORMS[name].OPTIONS)


def test_options_of_the_engine() -> None:
    assert read_in("*.py") == set(COMMON_OPTIONS)
    shared = read_in("platforms/*.py") - {o for p in (*PLATFORMS.values(), POINTED_TO) for o in p.OPTIONS}
    assert shared == set()


def test_every_platform_is_on_the_page() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| ", PAGE, re.M)) == set(PLATFORMS)


def test_the_examples_are_sites() -> None:
    examples = [
        site
        for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
        for site in yaml.safe_load(block)["sites"]
    ]
    assert len(examples) >= 2
    for example in examples:
        platform_of(msgspec.convert(example, Site))


def test_the_commands_on_the_page_exist() -> None:
    for command in sorted(set(re.findall(r"`gangqing ((?:sites \w+)|extract)", PAGE))):
        done = subprocess.run(
            [sys.executable, "-m", "gangqing", *command.split(), "--help"],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, command


@pytest.mark.parametrize("folder", ["city", "sample/city"])
def test_the_cities_name_only_options_that_exist(folder: str) -> None:
    for site in load_city(ROOT / folder).sites:
        platform = platform_of(site)
        for named in re.findall(r"options\.(\w+)", site.note or ""):
            assert named in {**platform.OPTIONS, **COMMON_OPTIONS}, site.slug


def test_an_unknown_option_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match=r"list_item.*list.*timeout"):
        platform_of(made.site("trs", "http://x.cn/", list_item="li"))
