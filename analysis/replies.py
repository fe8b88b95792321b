"""Owns aids for answering: similar answered cases, a draft from the unit's own answers, how an answer reads.

Retrieval only: nothing is written for anybody. A person writes, checks and posts.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
from collections.abc import Sequence
from typing import Any

from analysis.quotes import quoted
from analysis.warehouse import Connection, ask, moment
from pipeline.tagging.alike_weights import Message
from pipeline.tagging.similar import Cases

READ = 20_000  # characters of a post and of an answer that are read
MOST = 5000  # newest answers looked through
LEAST = 0.25  # likeness below which a case is not shown (docs/reply-aids.md)
ASPECTS = ("答其所问", "事项齐全", "有依据", "有结果", "按时")
ASPECT_COLUMNS = ("aspect", "is_good", "why")
CASE_COLUMNS = ("title", "unit", "likeness", "words", "answered_at", "url", "answer")

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_ASKS = re.compile(
    r"[？?]|请问|能不能|能否|可否|是否|怎么|为什么|什么时候|何时|哪里|多少|希望|请求|要求|恳请|建议|望"
)
_BASIS = re.compile(
    r"《[^》]{2,60}》|〔\d{4}〕|\[\d{4}\]|第[一二三四五六七八九十百\d]+条|(?:根据|按照|依据|依照)[^，。]{2,40}"
)
_RESULT = re.compile(
    r"已(?:经)?(?:完成|修复|更换|清理|清运|整改|拆除|处罚|查处|退还|发放|安装|增设|疏通|恢复|解决|纳入|开通|支付|抓获)"
    r"|责令|处以|立案|属实|不属实|经(?:查|核|现场|调查|了解)|预计|计划(?:于|在)?|将于|可(?:以)?(?:到|在|凭|持|拨打|向)"
    r"|\d{1,2}月\d{1,2}日前|办理(?:地点|时间|流程)|无需|不需要|标准(?:为|是)|暂(?:无|不|未)"
)
_GREETING = re.compile(
    r"^.{0,30}?(?:网友|市民|先生|女士|同志)?[^。]{0,20}(?:您好|你好)[！!，,：:。]?|^.{0,60}?(?:收悉|答复如下|回复如下)[：:。，]"
)
_CLOSING = re.compile(
    r"(?:特此(?:答复|回复)|感谢您?(?:对|的).{0,40}|祝您.{0,20}|\d{4}年\d{1,2}月\d{1,2}日)[。！!\s]*$"
)


@dataclasses.dataclass(frozen=True)
class Case:
    """An answered case like the one at hand. `likeness` 0..1, `words`: what both speak of."""

    thread_id: str
    title: str
    url: str
    unit: str | None  # whose account answered
    likeness: float
    words: list[str]
    question: str
    answer: str
    answered_at: dt.datetime | None


@dataclasses.dataclass(frozen=True)
class Aspect:
    """One thing that a reader of an answer looks for. `is_good` None: cannot be told."""

    aspect: str
    is_good: bool | None
    why: str  # in Chinese, with what to add


def similar_cases(
    con: Connection,
    title: str,
    text: str,
    as_of: dt.date | dt.datetime,
    *,
    thread_id: str | None = None,
    unit: str | None = None,
    count: int = 5,
    known_by: dt.date | dt.datetime | None = None,
) -> list[Case]:
    """Answered cases most like a post, the nearest first; none that is hardly like it.

    Args:
        thread_id: the post's own thread, which is left out.
        unit: only cases that this unit answered.
    """
    book = CaseBook(answered_cases(con, as_of, known_by), unit)
    return book.nearest(title, text, thread_id=thread_id, count=count)


def answered_cases(
    con: Connection, as_of: dt.date | dt.datetime, known_by: dt.date | dt.datetime | None = None
) -> list[dict[str, Any]]:
    """The newest answers with their questions as of a moment: what a book of cases is made of."""
    return ask(con, "answered_case", as_of=moment(as_of), known_by=moment(known_by), most=MOST)


class CaseBook:
    """Answered cases to look things up in, of one unit (None: of all); made once, asked often."""

    def __init__(self, rows: Sequence[dict[str, Any]], unit: str | None = None) -> None:
        """`rows`: as `answered_cases` gives them."""
        self._by_id: dict[str, dict[str, Any]] = {}
        for row in rows:
            if unit is None or row["unit"] == unit:
                self._by_id.setdefault(row["thread_id"], row)
        self._cases = Cases(
            [Message(i, row["title"], row["question"] or "", None) for i, row in self._by_id.items()]
        )

    def nearest(self, title: str, text: str, *, thread_id: str | None = None, count: int = 5) -> list[Case]:
        """As `similar_cases`."""
        found = self._cases.nearest(Message(thread_id or "", title, text, None), count, LEAST)
        return [
            Case(
                thread_id=near.id,
                title=self._by_id[near.id]["title"],
                url=self._by_id[near.id]["url"],
                unit=self._by_id[near.id]["unit"],
                likeness=near.likeness,
                words=near.words,
                question=self._by_id[near.id]["question"] or "",
                answer=self._by_id[near.id]["answer"] or "",
                answered_at=self._by_id[near.id]["answered_at"],
            )
            for near in found
        ]


def texts_of(
    con: Connection,
    thread_id: str,
    as_of: dt.date | dt.datetime,
    known_by: dt.date | dt.datetime | None = None,
) -> dict[int, str]:
    """The text of each floor of a thread that was there at a moment; a blocked post's is empty."""
    rows = ask(con, "thread_posts", thread_id=thread_id, as_of=moment(as_of), known_by=moment(known_by))
    return {row["floor"]: row["text"] or "" for row in rows}


def draft(cases: Sequence[Case]) -> str | None:
    """The body of the nearest case's answer, without greeting and closing, for a person to rework; None where
    there is no case."""
    for case in cases:
        body = _CLOSING.sub("", _GREETING.sub("", case.answer.strip(), count=1).strip()).strip()
        if body:
            return f"【参考《{case.title}》的答复，事实、时间、地点须逐项核实改写】\n{body}"
    return None


def read_answer(
    title: str,
    text: str,
    answer: str,
    answered_at: dt.datetime | None = None,
    due_at: dt.datetime | None = None,
) -> list[Aspect]:
    """How an answer reads beside its question, aspect by aspect (ASPECTS). An aid: it judges nobody.

    Args:
        text: the opening post. due_at: the deadline of the answer; None: unknown.
    """
    text, answer = text[:READ], answer[:READ]
    asked = [s.strip() for s in _SENTENCE.findall(f"{title[:READ]}。{text}") if _ASKS.search(s)] or [title]
    spoken = set(map("".join, itertools.pairwise(answer)))
    told = [_told(sentence, spoken) for sentence in asked]
    missing = [sentence for sentence, is_told in zip(asked, told, strict=True) if not is_told]
    basis = _BASIS.search(answer)
    result = _RESULT.search(answer)
    on_time = None if answered_at is None or due_at is None else answered_at <= due_at
    return [
        Aspect(
            "答其所问",
            any(told),
            "答复说到了所问的事" if any(told) else "答复没有说到所问的事，请对照原帖",
        ),
        Aspect(
            "事项齐全",
            not missing,
            "问到的都有回应" if not missing else "似未回应：" + "；".join(s[:30] for s in missing[:3]),
        ),
        Aspect("有依据", basis is not None, f"引用了{basis[0]}" if basis else "没有引用文件或规定，有则写明"),
        Aspect(
            "有结果",
            result is not None,
            f"写明了{quoted(result[0])}" if result else "没有写明查了什么、办了什么、何时办成",
        ),
        Aspect(
            "按时",
            on_time,
            "时限未知" if on_time is None else "在时限内" if on_time else f"晚于时限 {due_at:%Y-%m-%d %H:%M}",
        ),
    ]


# Characters of asking and urging: they stand in any post.
_STOP = frozenset(
    "的了是在我们你您他她它这那有和与及或都就也还不没很吗呢吧啊"
    "请问能否可以是否怎么什么时候为何希望建议要求反映问题"
)


def _told(sentence: str, spoken: set[str]) -> bool:
    """Does an answer take up what a sentence speaks of: a fifth of its pairs of characters, two at least."""
    chars = [c for c in sentence if "\u4e00" <= c <= "\u9fff"]
    pairs = {a + b for a, b in itertools.pairwise(chars) if a not in _STOP and b not in _STOP}
    common = len(pairs & spoken)
    return not pairs or common >= max(2, 0.2 * len(pairs)) or common == len(pairs)
