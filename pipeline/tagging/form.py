"""Owns the form of an article (报道, 曝光, 公告, 综述), the 编者按 at its head and the plan's column."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import msgspec

from pipeline.city import City
from pipeline.records import Evidence, Form
from pipeline.tagging.classify_text import CueReader, ReadText, find_in_head, weighted
from pipeline.tagging.form_roundup import read_roundup
from pipeline.tagging.items import ArticleItem
from pipeline.tagging.lexicon import load_lexicon
from pipeline.tagging.units import UnitTags

_DATA = load_lexicon("forms.yaml")
_NOTICE_TITLE = re.compile(_DATA["notice_title"])
_NOTICE_WORD = re.compile("公告|通告|公示|通知|启事")
_NOTICE_ABOUT = re.compile(_DATA["notice_title_about"])
_ORGAN = re.compile(_DATA["signature_organ"])
_DATE_LINE = re.compile(
    r"^\s*[二〇○零一三四五六七八九十\d]{4}年[一二三四五六七八九十\d]{1,3}月[一二三四五六七八九十\d]{1,3}日\s*$"
)
_NUMBERED = re.compile(
    r"^[^\S\n]*(?:[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十]{1,2}[）)])", re.M
)
_SALUTATION = re.compile(r"[\s\u3000]*[^。，\n]{2,40}[：:]\s*\n")
_CUSTOMERS = re.compile(r"[\s\u3000]*(?:尊敬的|各位|广大)[^。，\n]{2,20}[：:]\s*\n")
_NEWS_HEAD = re.compile(r"^[\s\u3000]*(?:【导语】|本报讯|.{0,8}(?:讯|电)[（(]|.{0,12}记者)")
_EDITOR = re.compile(_DATA["editor_note"])
_EXPOSURE = re.compile("|".join(map(re.escape, _DATA["exposure_marks"])))
_LABEL = re.compile("【[^】]*】")
_MENDED = re.compile("|".join(map(re.escape, _DATA["rectified_marks"])))


def tells_mending(item: ArticleItem) -> bool:
    """Title, kicker, subtitle or column say that the piece tells how a shortcoming was mended."""
    return _MENDED.search(_head(item)) is not None


def is_loosely_marked(item: ArticleItem) -> bool:
    """A word of exposure stands in the running title alone, where it may well be what the piece is about:
    no column, kicker or 【曝光台】 says that it is one."""
    if any(_EXPOSURE.search(text) for text in (item.kicker, item.column) if text):
        return False
    title = "\n".join(filter(None, (item.title, item.subtitle)))
    return _EXPOSURE.search(_LABEL.sub("", title)) is not None and not any(
        _EXPOSURE.search(label) for label in _LABEL.findall(title)
    )


def _head(item: ArticleItem) -> str:
    return "\n".join(filter(None, (item.title, item.kicker, item.subtitle, item.column)))


class FormTag(NamedTuple):
    """The form and its reason."""

    form: Form
    why: Evidence
    confidence: float


def form_cues() -> dict[str, dict[str, dict[str, float]]]:
    """The cue groups of lexicon/forms.yaml for the common automaton."""
    return {"notice": weighted({"notice": _DATA["notice_words"]})}


class FormJudge:
    """Decides the form, the 编者按 and the plan's column for one city."""

    def __init__(self, city: City, reader: CueReader) -> None:
        self.reader = reader
        plan = city.data("plan.yaml") or {}
        self.column = _squeeze(str(plan.get("column") or "")) or None

    def judge(self, item: ArticleItem, units: UnitTags, text: ReadText) -> FormTag:
        head = _head(item)
        denied = units.criticism is not None and not units.criticism.found
        mark = None if denied else _EXPOSURE.search(head)
        if (units.exposure or mark) and not _MENDED.search(head):
            if units.criticism and not mark:
                return FormTag("曝光", units.criticism.why, units.criticism.chance)
            return FormTag("曝光", _exposing(item, units, text, mark is not None), 0.95 if mark else 0.75)
        notice = self._notice(item, text)
        if notice:
            return notice
        roundup = read_roundup(item, head, self.editor_note(item) is not None)
        if roundup:
            return FormTag("综述", roundup.why, roundup.confidence)
        if news := _NEWS_HEAD.search(item.body[:40]):
            opens = Evidence(
                why=f"以“{news[0].strip()}”开头，是新闻报道", field="body", start=0, end=news.end()
            )
            return FormTag("报道", opens, 0.9)
        return FormTag("报道", text.of_all("全文就一件事或一项工作作报道，没有公告、综述、曝光的标志"), 0.9)

    def _notice(self, item: ArticleItem, text: ReadText) -> FormTag | None:
        title = item.title or text.whole[text.body : text.body + 40].split("\n")[0]
        scores, best = self.reader.weigh(text, "notice")
        score = min(scores.get("notice", 0.0), 6.0)
        about = _NOTICE_ABOUT.search(title)
        named = about or _NOTICE_TITLE.search(title)
        if about:
            score += 3
        loose = _NOTICE_WORD.search(title)
        if named:
            score += 2
        elif loose:
            score += 1.5
        if named or loose:
            score += 1.5 * (len(_NUMBERED.findall(item.body)) > 1) + 1.5 * bool(_SALUTATION.match(item.body))
        lines = [line.strip() for line in item.body.rstrip().rsplit("\n", 4)[1:]]
        organ = next((line for line in lines if len(line) <= 30 and _ORGAN.search(line)), None)
        signed = organ is not None and any(_DATE_LINE.match(line) for line in lines)
        if signed:
            score += 4 + 1.5 * bool(_CUSTOMERS.match(item.body))
        elif named and organ is not None and organ == lines[-1]:
            score += 3  # its own name below it, the day left to the page
        if _NEWS_HEAD.search(item.body[:40]):
            score -= 5
        elif item.byline and "记者" in item.byline:
            score -= 2 if signed and named else 5  # a paper puts its own hand's name over any page
        if score < 5 or not (named or loose or signed):
            return None
        sure = 0.95 if score >= 7 else 0.75
        if signed and organ:
            at = item.body.rfind(organ)
            why = f"机关署名落款发布的公告：“{organ}”"
            return FormTag("公告", Evidence(why=why, field="body", start=at, end=at + len(organ)), sure)
        why = "以公告、通知的格式发布"
        evidence = text.evidence(best.get("notice"), why)
        if "notice" not in best and (titled := about or named or loose):
            field = "title" if item.title else "body"
            said = f"{why}：“{titled[0]}”"
            evidence = Evidence(why=said, field=field, start=titled.start(), end=titled.end())
        return FormTag("公告", evidence, sure)

    def editor_note(self, item: ArticleItem) -> Evidence | None:
        """The 编者按 at the head of the text (notice, three, 12), or None."""
        found = _EDITOR.match(item.body[:60])
        if found is None:
            return None
        return Evidence(why="正文以“编者按”开头", field="body", start=found.start(), end=found.end())

    def plan_column(self, item: ArticleItem) -> Evidence | None:
        """The plan's column in the column, the kicker or the title, however it is punctuated; or None."""
        if self.column is None or self.column not in _squeeze(_head(item)):
            return None
        for field in ("column", "kicker", "title", "subtitle"):
            value = getattr(item, field)
            if value and self.column in _squeeze(value):
                return Evidence(why=f"刊登在“{value.strip()}”专栏", field=field, start=0, end=len(value))
        return None


def _exposing(item: ArticleItem, units: UnitTags, text: ReadText, is_marked: bool) -> Evidence:
    """Why a piece is an exposure: the mark in its head, or what tells that it uncovers something."""
    if is_marked and (mark := find_in_head(item, _EXPOSURE, "标题或栏目有“{}”，曝光问题")):
        return mark
    why = "揭露问题并点明责任单位，属曝光"
    if units.exposing is not None:
        return msgspec.structs.replace(units.exposing, why=f"{why}（{units.exposing.why}）")
    return text.of_all(why)


def _squeeze(text: str) -> str:
    """Letters and digits only, full-width forms folded: punctuation, quotes and blanks do not matter."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))
