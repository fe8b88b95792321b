"""Owns what a line of plan.yaml must say for its kind, and which units a plan can name: what a verdict could
not be told by is an error when the plan is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.city import City, CityError

if TYPE_CHECKING:
    from pipeline.load_plan import Plan, Task, VerdictKind

# What the verdicts of a kind cannot do without.
_NEEDED: dict[VerdictKind, tuple[str, ...]] = {
    "register_by": ("proof.by",),
    "meetings": ("proof",),
    "board_presence": ("proof.by", "keep_until"),
    "exposure_gate": ("proof.steps",),
    "emphasis_month": ("emphasis",),
    "measures": ("proof.forms",),
    "honours": ("honours",),
}


def check_task(task: Task, where: str) -> None:
    """Raises CityError for a line that lacks what its kind needs, or says what its kind does not read.

    Args:
        where: names the line, for the message.
    """
    for name in _NEEDED.get(task.kind, ()):
        if not _said(task, name):
            raise CityError(f"{where}：{task.kind} 须写明 {name}")
    if task.kind == "announcement_presence" and task.proof is not None:
        if task.proof.by is None:
            raise CityError(f"{where}：有 proof 的 {task.kind} 须写明 proof.by")
        if task.min_days is not None or task.publish_by is not None:
            raise CityError(
                f"{where}：有 proof 的只看截图、照片报没报，min_days、publish_by 不起作用；"
                "在线多少天请另写一项，不写 proof"
            )


def check_unit(plan: Plan, city: City, unit: str, where: str) -> str:
    """The unit, where the plan can ask it. Raises CityError for one that the city does not have, or not in
    the plan's season."""
    found = next((each for each in city.units if each.short == unit), None)
    if found is None and unit in city.unit_by_short:
        raise CityError(f"{where}：单位“{unit}”在 units-later.csv；方案要点名的单位应写在 units.csv")
    if found is None:
        raise CityError(f"{where}：单位“{unit}”不在 units.csv，也不是 groups 中的名称")
    if found.valid_to is not None and found.valid_to < min(plan.issued, plan.season.start):
        then = f"，应改为 {found.successor}" if found.successor else ""
        raise CityError(f"{where}：单位“{unit}”的有效期到 {found.valid_to} 为止，早于方案{then}")
    return unit


def _said(task: Task, name: str) -> bool:
    at: object = task
    for part in name.split("."):
        at = getattr(at, part, None)
    return bool(at)
