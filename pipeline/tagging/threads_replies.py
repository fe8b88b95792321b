"""Owns what official replies tell of whose matter a thread is: who answers has it, who sends back has not.

A sending-back that names another ("请向交警部门反映") points at it (domain.md, 退回改派). Of the
192 threads of gold with a reply the one that answered was the first unit in all but three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from pipeline.records import Evidence
from pipeline.tagging.answers import Answering, hands_on_the_rest
from pipeline.tagging.items import ThreadPost
from pipeline.tagging.threads_phrases import Span
from pipeline.tagging.threads_reading import PostReader

# It only passes the matter on, as a hotline or a publicity office does; not to a section of its own.
_PASSES_ON = re.compile(
    r"已(?:经)?(?:转(?!告|我|至我|给我|由我|[^，。；局委府县区镇]{0,9}(?:科|股|中心|支队|大队))|交办|反馈给|派单|派发)"
)
# It thanks for praise: so it was praise, however it was put.
_PRAISED = re.compile(r"(?:感谢|谢谢).{0,6}(?:表扬|肯定|点赞|认可|鼓励|夸奖)")


class Repliers(msgspec.Struct, frozen=True):
    """Units by what their registered accounts said in a thread, each once; `floors` is where, by unit."""

    answering: list[str]  # those who answered, then those who responded
    sent_back: list[str]
    pointed: list[str]  # named in a sending-back
    floors: dict[str, tuple[int, str, Span]]  # unit → place among the posts, account, where in the post
    praised: bool  # a reply thanks for praise

    @property
    def first(self) -> str | None:
        """The unit whose matter it is by what was replied."""
        return next(iter([*self.answering, *self.pointed]), None)

    def evidence(self, unit: str) -> Evidence | None:
        """Why a unit is the first, where a reply says so."""
        if unit not in self.floors:
            return None
        place, account, (start, end) = self.floors[unit]
        says = "由其官方账号回复" if unit in self.answering else "退回时指明由其负责"
        return Evidence(why=f"“{account}”{says}", field=f"posts[{place}]", start=start, end=end)


NOBODY = Repliers([], [], [], {}, False)


def read_repliers(
    posts: Sequence[ThreadPost],
    answering: Answering,
    unit_of: Callable[[str | None], str | None],
    reader: PostReader,
) -> Repliers:
    """Who replied in a thread. `unit_of` knows the unit of an account, `reader` the names in a text."""
    if not answering.replies:
        return NOBODY
    places = {post.floor: place for place, post in enumerate(posts)}
    answered: list[str] = []
    responded: list[str] = []
    sent_back: list[str] = []
    pointed: list[str] = []
    floors: dict[str, tuple[int, str, Span]] = {}
    praised = False
    for reply in answering.replies:
        place = places[reply.floor]
        post = posts[place]
        text = post.text or ""
        unit = unit_of(post.author)
        praised = praised or bool(_PRAISED.search(text))
        if reply.kind == "sent_back":
            sent_back += [unit] if unit else []
            for entry in reader.read("", text).named:
                if entry.unit != unit:
                    pointed.append(entry.unit)
                    span = (entry.span[0] - 1, entry.span[1] - 1)  # behind an empty title and its line end
                    floors.setdefault(entry.unit, (place, post.author or "", span))
        elif unit and not (
            reply.kind == "response" and _PASSES_ON.search(text) and not hands_on_the_rest(text)
        ):
            (answered if reply.kind == "answer" else responded).append(unit)
            floors[unit] = (place, post.author or "", (0, len(text)))
    # Who first takes a matter up and then sends it back has it not; after an answer it has.
    last = {unit_of(posts[places[reply.floor]].author): reply.kind for reply in answering.replies}
    responded = [unit for unit in responded if last[unit] != "sent_back"]
    mine = list(dict.fromkeys([*answered, *responded]))
    return Repliers(
        mine,
        [unit for unit in dict.fromkeys(sent_back) if unit not in mine],
        [unit for unit in dict.fromkeys(pointed) if unit not in mine],
        floors,
        praised,
    )
