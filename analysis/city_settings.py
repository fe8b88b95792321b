"""Owns the list of the city's rules that people may set: thresholds, clocks, points; how each is typed."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Literal

from analysis.credits import Points
from analysis.hot import HotRules
from analysis.judge import CLASS_THRESHOLD, REPLY_THRESHOLD, UNIT_THRESHOLD
from analysis.reply_rules import ANSWER_DAYS, RulesFile
from analysis.worktime import BUSINESS_HOURS
from pipeline.city import City

Type = Literal["whole", "number", "choice", "hours"]
REPLY, POINTS, HOT, CITY = "reply-rules.yaml", "points.yaml", "hot-rules.yaml", "city.yaml"
GROUPS = {REPLY: "回帖时限", POINTS: "计分", HOT: "热点", CITY: "标签把握"}
_AT_BUILD = frozenset({CITY})  # read by the tagger, not by questions


@dataclasses.dataclass(frozen=True)
class Setting:
    """One value of one file of the city.

    Attributes:
        file, key: where it stands.
        label: what it is called.
        kind: how it is typed; `low`, `high`: its bounds where it is a number.
        may_be_none: whether it may be left empty, and that means something.
        choices: value → what it means, of a choice.
        default: what holds where the file does not say it.
    """

    file: str
    key: tuple[str, ...]
    label: str
    kind: Type
    low: float = 0
    high: float = 100
    may_be_none: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    default: Any = None

    @property
    def name(self) -> str:
        return f"{self.file}#{'.'.join(self.key)}"

    @property
    def group(self) -> str:
        return GROUPS[self.file]

    @property
    def holds_from(self) -> str:
        return "下次建库起" if self.file in _AT_BUILD else "即时生效"

    def read(self, text: str) -> Any:
        """The value of what was typed. Raises ValueError with what is wrong, in Chinese."""
        text = text.strip()
        if not text:
            if self.may_be_none:
                return None
            raise ValueError(f"请填写{self.label}")
        if self.kind == "choice":
            for value, _ in self.choices:
                if text == value:
                    return {"true": True, "false": False}.get(value, value)
            raise ValueError(f"{self.label}应为{'、'.join(said for _, said in self.choices)}之一")
        if self.kind == "hours":
            return [part for part in text.replace("，", "、").replace("—", "-").split("、") if part]
        return self._number(text)

    def _number(self, text: str) -> int | float:
        bounds = (
            f"{self.label}应为 {self.low:g} 至 {self.high:g} 之间的{'整数' if self.kind == 'whole' else '数'}"
        )
        if not text.isascii() or len(text) > 12:
            raise ValueError(bounds)
        try:
            value: int | float = int(text) if self.kind == "whole" else float(text)
        except ValueError:
            raise ValueError(bounds) from None
        if not self.low <= value <= self.high:  # nan is not between
            raise ValueError(bounds)
        return int(value) if value == int(value) else value

    def told(self, value: Any) -> str:
        """A value in words."""
        if value is None:
            return "不设"
        if self.kind == "choice":
            return dict(self.choices).get(_typed(value), str(value))
        return "、".join(map(str, value)) if isinstance(value, list) else f"{value:g}"


@dataclasses.dataclass(frozen=True)
class SettingRow:
    """A setting as it stands."""

    setting: Setting
    value: Any

    @property
    def typed(self) -> str:
        """As one would type it."""
        if isinstance(self.value, list):
            return "、".join(map(str, self.value))
        return "" if self.value is None else _typed(self.value)


def setting_rows(city: City) -> list[SettingRow]:
    """All settings of a city as they stand, its edits among them. Raises CityError."""
    trees = {name: city.settings if name == CITY else city.mapping(name) for name in GROUPS}
    return [
        SettingRow(setting, _value(trees[setting.file], setting))
        for setting in (*_reply(trees[REPLY]), *_points(trees[POINTS]), *_HOT, *_CITY)
    ]


def _value(tree: Any, setting: Setting) -> Any:
    for step in setting.key:
        if not isinstance(tree, dict) or step not in tree:
            return setting.default
        tree = tree[step]
    return tree


def _typed(value: Any) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


_FILES = {REPLY: RulesFile(), POINTS: Points(), HOT: HotRules()}


def _setting(
    file: str, key: tuple[str, ...], label: str, kind: Type, low: float = 0, high: float = 100, *,
    may_be_none: bool = False, choices: tuple[tuple[str, str], ...] = (),
) -> Setting:  # fmt: skip
    """A setting whose default is what the file's own type says."""
    default: Any = functools.reduce(getattr, key, _FILES[file])
    return Setting(file, key, label, kind, low, high, may_be_none, choices, default)


def _reply(tree: dict[str, Any]) -> list[Setting]:
    spans = ANSWER_DAYS | (tree.get("answer_days") or {})
    return [
        Setting(REPLY, ("business_hours",), "上班时间", "hours", default=list(BUSINESS_HOURS)),
        _setting(
            REPLY, ("after_hours",), "下班后发的帖", "choice",
            choices=(("same_day", "算当天收到"), ("next_working_day", "算下一工作日收到")),
        ),
        _setting(REPLY, ("first_response_days",), "初步回应（工作日）", "whole", 1, 30),
        *(
            Setting(REPLY, ("answer_days", kind), f"正式答复：{kind}（工作日）", "whole", 1, 90, default=days)
            for kind, days in spans.items()
        ),
        _setting(
            REPLY, ("urgent", "first_response_days"), "紧急帖：初步回应", "whole", 1, 30, may_be_none=True
        ),
        _setting(REPLY, ("urgent", "answer_days"), "紧急帖：正式答复", "whole", 1, 90, may_be_none=True),
        _setting(REPLY, ("extension_max_days",), "延期至多（发帖后工作日）", "whole", 1, 250),
        _setting(REPLY, ("send_back_days",), "退回改派（转办后几个工作日内）", "whole", 1, 30),
        _setting(
            REPLY, ("transfer_restarts",), "改派后时限", "choice",
            choices=(("false", "接着算"), ("true", "重新起算")),
        ),
        _setting(REPLY, ("min_cases",), "统计比率至少要有的件数", "whole", 1, 1000),
    ]  # fmt: skip


def _points(tree: dict[str, Any]) -> list[Setting]:
    levels = tree.get("levels") or {}
    return [
        *(Setting(POINTS, ("levels", str(level)), f"每篇分值：{level}", "number") for level in levels),
        _setting(POINTS, ("front_page",), "头版乘数", "number", 1, 10),
        _setting(POINTS, ("lead",), "头条乘数", "number", 1, 10),
        _setting(
            POINTS, ("joint",), "联合署名", "choice",
            choices=(("full", "各计全分"), ("split", "均分")),
        ),
        _setting(
            POINTS, ("reprint",), "转载", "choice",
            choices=(("highest", "取最高分的一处"), ("first", "取首发")),
        ),
        _setting(POINTS, ("leader_note",), "领导批示加分", "number"),
        _setting(POINTS, ("cap_per_task",), "每事项封顶（分）", "number", 0, 1000, may_be_none=True),
        _setting(POINTS, ("deduction",), "预扣分：每事项", "number"),
        _setting(POINTS, ("deduction_cap",), "预扣分：一个单位封顶", "number", may_be_none=True),
    ]  # fmt: skip


_HOT = (
    _setting(HOT, ("window_days",), "看多少天内的帖", "whole", 1, 366),
    _setting(HOT, ("min_posts",), "至少几帖才算热点", "whole", 2, 100),
    _setting(HOT, ("heat", "post"), "热度：每帖", "number"),
    _setting(HOT, ("heat", "person"), "热度：每人", "number"),
    _setting(HOT, ("heat", "reply"), "热度：每个跟帖", "number"),
    _setting(HOT, ("heat", "vote"), "热度：每次顶帖", "number"),
    _setting(HOT, ("rise", "days"), "突然升温：看几天", "whole", 1, 60),
    _setting(HOT, ("rise", "min_posts"), "突然升温：至少几帖", "whole", 2, 1000),
    _setting(HOT, ("rise", "times"), "突然升温：为平常的几倍", "number", 1, 100),
)
_CITY = (
    Setting(CITY, ("credit_threshold",), "计分至少要有的把握", "number", 0.5, 1, default=0.7),
    Setting(CITY, ("class_threshold",), "体裁、专题低于此值请人看", "number", 0, 1, default=CLASS_THRESHOLD),
    Setting(CITY, ("reply_threshold",), "要不要答复低于此值请人看", "number", 0, 1, default=REPLY_THRESHOLD),
    Setting(CITY, ("unit_threshold",), "该谁答低于此值请人看", "number", 0, 1, default=UNIT_THRESHOLD),
)
