"""Owns how a text that names a command is told at the desk to people who have no command line: what to do on
which page, or that the administrator does it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

# What analysis/ says for the command line, and what is told instead; the first that fits holds.
_TOLD: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"请用 gangqing sites check 看原因", "请管理员检查这个来源，看原因"),
        (
            r"改城市目录的 outlets\.yaml 里这个站点的 options，用 gangqing sites check \S+ 看到各项都取到；"
            r"再用 gangqing sites reread \S+ 重读已存的网页，然后 gangqing build",
            "再请管理员照新的网页改这个站点的设置、重读已存的网页并重新建库",
        ),
        (r"在城市目录的 outlets\.yaml 里加大这个站点的 delay", "请管理员放慢这个站点的采集"),
        (r"清除由人决定：gangqing forget --before", "清除由管理员决定"),
        (r"请运行 gangqing forget --expired", "请在“任务”里“清除期满的论坛原始网页”"),
        (r"（见 gangqing appeal list）", "（见“补报与申诉”）"),
        (r"用 gangqing exposure list 里的稿件号或网址", "用那篇曝光稿的稿件号或网址"),
        (r"（gangqing exposure add）", ""),
        (r"用 gangqing import --template 生成的模板", "用本页的空白报送表"),
        (
            r"请(?:先|在该市)?运行 gangqing build(?: --rebuild)?(?:，并用 --city 指明城市)?",
            "请管理员重新建库",
        ),
        (r"请(?:先)?运行 gangqing crawl，再运行 gangqing build", "请管理员先采集，再建库"),
        (r"(?:请)?(?:先|再)?(?:运行|用) ?gangqing(?: [a-z-]+)+", "请管理员处理"),
    )
)
_CRAWL = re.compile(r"gangqing crawl (?P<sites>.+) --from (?P<first>\S+) --to (?P<last>\S+)")


def without_commands(text: str) -> str:
    """A text for who has no command line."""
    if "gangqing" in text or "outlets.yaml" in text:
        for pattern, words in _TOLD:
            text = pattern.sub(words, text)
    return text


def steps_told(lines: Sequence[str], outlets: Mapping[str, Sequence[str]]) -> list[str]:
    """The lines of `next_step_lines`, by outlet and days, for who has no command line.

    Args:
        outlets: outlet → the sites that are crawled for it.
    """
    names = {" ".join(sites): outlet for outlet, sites in outlets.items()}
    found = []
    for line in lines[1:]:
        crawl = _CRAWL.fullmatch(line)
        told = (
            f"{names.get(crawl['sites'], crawl['sites'])}：{crawl['first']} 至 {crawl['last']}"
            if crawl
            else ""
        )
        found.append(told or line.replace("见 --json 的 silent，或导出的台账", "见导出的台账"))
    return ["下一步，请管理员补采这些日子，再重新建库：", *found] if found else []
