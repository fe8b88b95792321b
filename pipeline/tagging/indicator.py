"""Owns the learned decision which indicator a piece reports on, if any: signals in, a probability out.

One logistic regression for all indicators, so that what is learned from frequent ones holds for rare
ones; each has a small bias of its own. Weights lie in models/news/indicator.json; training is in
`pipeline.training.news_indicator`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import mul
from pathlib import Path
from typing import NamedTuple

from pipeline.records import Form
from pipeline.tagging.classify_text import CueHit, CueReader, ReadText
from pipeline.tagging.linear import damaged
from pipeline.tagging.news_sentiment_model import FOLDER
from pipeline.tagging.topic_signals import LAW, Organ
from pipeline.tagging.units import UnitTags

FILE = "indicator.json"
TELLING = 0.5  # a unit's name that says less of the matter than this makes no other field
SIGNALS = (
    "cues",  # root of the weight of the indicator's own cues
    "cues_linear",
    "in_head",
    "in_lead",
    "against",  # cues that make it unlikely
    "duty",  # a credited unit whose indicator it is
    "duty_share",
    "duty_of_others",  # only units of other fields are credited
    "duty_mixed",
    "duty_mentioned",
    "duty_exposed",
    "exposure",
    "roundup",
    "notice",
    "uncredited",
    "crime",
    "share",  # of all indicators' cues
    "rival",  # the strongest other indicator of the topic
    "topic",  # cues of the topic itself
    "words",  # the log odds of the indicator against none by the words of the piece
)


class Candidate(NamedTuple):
    """One indicator of the piece's topic with what speaks for it."""

    name: str
    values: tuple[float, ...]  # in the order of `SIGNALS`
    hit: CueHit | None


@dataclass(frozen=True)
class IndicatorModel:
    """Weight per signal and bias per indicator."""

    weights: Mapping[str, float]
    bias: Mapping[str, float]
    base: float

    @cached_property
    def _weights(self) -> tuple[float, ...]:
        return tuple(self.weights[name] for name in SIGNALS)

    def probability(self, candidate: Candidate) -> float:
        """0..1: how likely a person would give this indicator."""
        start = self.base + self.bias.get(candidate.name, 0.0)
        margin = sum(map(mul, self._weights, candidate.values), start)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, margin))))


def read_candidates(
    reader: CueReader,
    topic_of: Mapping[str, str],
    organs: Mapping[str, Organ],
    topic: str,
    units: UnitTags,
    text: ReadText,
    form: Form,
    words: Mapping[str, float],
) -> list[Candidate]:
    """The indicators of a topic, in the order of the lexicon; none where the topic has none. `words`: what
    the words of the piece say of each (empty where they were not read)."""
    raw, best = reader.weigh(text, "indicator")
    off, _ = reader.weigh(text, "indicator_off")
    crime = math.sqrt(reader.weigh(text, "crime")[0].get("crime", 0.0)) if topic == LAW else 0.0
    about = math.sqrt(reader.weigh(text, "topic")[0].get(topic, 0.0))
    own = [organs[c.unit] for c in units.credits if c.unit in organs]
    mentioned = {organs[u].indicator for u in units.mentions[:3] if u in organs}
    exposed = {organs[u].indicator for u in units.exposed if u in organs}
    total = sum(raw.values()) or 1.0
    names = [name for name, of in topic_of.items() if of == topic]
    told = [raw.get(name, 0.0) for name in names]
    strongest = sorted(told)[-2:]
    telling = {organ.indicator for organ in own if organ.weight > TELLING}
    forms = [float(form == one) for one in ("曝光", "综述", "公告")]
    shared = (*forms, float(not units.credits), crime)
    found = []
    for name, value in zip(names, told, strict=True):
        hit = best.get(name)
        zone = 2 if hit is None else hit.zone
        same = [organ.weight for organ in own if organ.indicator == name]
        others = not telling <= {name}
        rival = strongest[0 if value == strongest[-1] else -1] if len(names) > 1 else 0.0
        values = (
            math.sqrt(value),
            value / 10,
            float(zone == 0),
            float(zone == 1),
            math.sqrt(off[name]) if name in off else 0.0,
            float(bool(same)),
            sum(same) / max(1, len(units.credits)),
            float(others and not same),
            float(others and bool(same)),
            float(name in mentioned),
            float(name in exposed),
            *shared,
            value / total,
            math.sqrt(rival),
            about,
            words.get(name, 0.0),
        )
        found.append(Candidate(name, values, hit))
    return found


def load_indicator_model(folder: Path = FOLDER) -> IndicatorModel:
    """Read `<folder>/indicator.json`.

    Raises:
        ModelError: the file is missing, damaged or of other signals.
    """
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return IndicatorModel(
            weights={name: float(data["weights"][name]) for name in SIGNALS},
            bias={name: float(value) for name, value in data["bias"].items()},
            base=float(data["base"]),
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(FILE, error) from error
