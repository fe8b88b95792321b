"""Owns how a person's act is done at the desk: in the present, one after the other, told and logged.

The acts themselves are those of analysis/acts, which the command line uses too. A form says which decision
was the newest that the person saw; where there is a newer one, nothing is written and she is told by whom.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from litestar.exceptions import ValidationException
from litestar.response import Redirect

from analysis.acts.record import ActError, unit_of_person
from analysis.desk.accounts import Account
from analysis.desk.commands_told import without_commands
from analysis.desk.visit import Visit
from analysis.queue import TicketError
from analysis.record_words import kind_words
from pipeline.city import City
from pipeline.decisions import Decision, DecisionError, StaleDecision, latest_ids, load_decisions

_COMMAND = re.compile(r"（[a-z-]+）")  # names of commands, which messages give for the command line
_ACTING = threading.Lock()  # what is seen does not change between the look and the act


def signature(visit: Visit) -> str:
    """How she signs a decision: 市水利局 韦芳."""
    return _signed(visit.user)


def own_units(city: City, account: Account) -> set[str]:
    """On whose matters a person may not decide: of her account, and of her signature, as the acts read it."""
    return {unit for unit in (account.unit, unit_of_person(city, _signed(account))) if unit is not None}


def _signed(account: Account) -> str:
    return f"{account.unit} {account.person}" if account.unit else account.person


def seen_of(visit: Visit, targets: Iterable[str]) -> dict[str, str]:
    """By target, the id of the newest decision on it, for the forms: "" where there is none."""
    return {t: newest or "" for t, newest in latest_ids(visit.office.store.decisions, targets).items()}


def perform(
    visit: Visit,
    label: str,
    target: str,
    do: Callable[[], Any],
    to: str,
    *,
    seen: Mapping[str, str] | None = None,
    why: str = "",
) -> Redirect:
    """Do something and go to a page that tells what came of it. What was refused is logged too.

    Args:
        label: what it is called, in Chinese.
        do: does it; returns the decision, several, or something else that is told in words.
        to: address of the page.
        seen: by target, the newest decision that the person saw ("" for none).
        why: what she wrote, for the log.
    """
    visit.check_today()
    try:
        with _ACTING:
            if seen:
                check_seen(visit, seen)
            result = do()
            visit.office.warehouse.acted(visit.user.name)
    except (ActError, DecisionError, TicketError, ValidationException, ValueError) as error:
        said = error.detail if isinstance(error, ValidationException) else str(error)
        said = without_commands(_COMMAND.sub("", said))
        is_stale = isinstance(error, StaleDecision)
        if isinstance(error, StaleDecision):
            said = said.replace(f"（{error.latest.kind}）", f"（{kind_words(error.latest.kind)}）")
        visit.log(label, target, refused=said, why=why)
        # The page to which one is led is the newest: to reload it would lose what stands in its form again.
        said = said.replace("请刷新后再定", "本页已是最新的，请看清后再定")
        return visit.back(to, f"没有办成：{said}", is_error=True, is_stale=is_stale)
    found = [result] if isinstance(result, Decision) else result if isinstance(result, list) else []
    for decision in found:
        visit.log(
            label,
            decision.target,
            before=dict(decision.before),
            after=dict(decision.after),
            why=decision.why,
            decision=decision.id,
        )
    if not found:
        visit.log(label, target, why=why, after={"result": result} if isinstance(result, str) else {})
    # With the units of a thread a tag is corrected besides: that is no ticket more.
    done = [decision for decision in found if decision.kind != "tag_correction"] or found
    count = f" {len(done)} 件" if len(done) > 1 else ""
    told = f"：{result}" if isinstance(result, str) else ""
    return visit.back(to, f"已{label}{count}{told}")


def check_seen(visit: Visit, seen: Mapping[str, str]) -> None:
    """Raises StaleDecision where somebody decided on a target since the person looked, ActError where nobody
    ever did."""
    folder = visit.office.store.decisions
    for target, newest in latest_ids(folder, seen).items():
        if (newest or "") != seen[target]:
            found = [decision for decision in load_decisions(folder) if decision.id == newest]
            if not found:
                raise ActError("这一页所说的决定在记录里找不到，请刷新后再定")
            raise StaleDecision(found[-1])
