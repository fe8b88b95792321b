"""Owns one line of an import: what it says to land or to record, or every fault in it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from analysis.exposure import plain
from analysis.handed_in import MEASURE
from analysis.imports import kinds
from analysis.imports.fields import FieldError, address_of, day_of, names_in, text_of, word_of, yes_of
from analysis.imports.sheet import Cell, Formula, SheetRow
from analysis.mistakes import unknown_unit
from analysis.plan import Plan
from pipeline.attachments import Attachment, AttachmentError, plain_name, read_attachment
from pipeline.city import City
from pipeline.load_landing import article_id
from pipeline.privacy import mask_personal
from pipeline.records import Article

T = TypeVar("T")
# What two proofs of a unit have in common where they are the same.
SAME = ("task", "date", "until", "removed", "form", "concerned")


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is wrong with a line, and how to mend it."""

    row_number: int  # in the file, from 1
    heading: str
    fault: str


@dataclasses.dataclass(frozen=True)
class Item:
    """A line that is right. Either `article` with the units to credit, or a proof (`decision`) of a unit."""

    row_number: int
    kind: str
    units: list[str]
    day: dt.date
    title: str
    article: Article | None
    role: str | None
    form: str | None
    decision: str | None
    after: dict[str, Any]
    attachment: Attachment | None
    link: str | None
    note: str

    @property
    def key(self) -> str:
        """What it is: the same thing handed in twice has the same key."""
        if self.article is not None:
            return article_id(self.article.outlet, self.article.url)
        return f"{self.decision}|{self.units}|{same_proof(self.after)}"


def same_proof(after: Mapping[str, Any]) -> str:
    """Of what a decision says: which proof of its unit it is, whichever file came with it."""
    return "|".join(str(after.get(key)) for key in SAME)


class Line:
    """One line while it is read: every cell is looked at, so that all faults of a line are told at once."""

    def __init__(
        self, row: SheetRow, city: City, plan: Plan, files: Mapping[str, bytes], today: dt.date
    ) -> None:
        self.row, self.city, self.plan, self.files, self.today = row, city, plan, files, today
        self.faults: list[Fault] = []
        if row.merged is not None:
            self.fault("", f"在合并单元格 {row.merged} 中，请取消合并，逐行填写")
        if "" in row.cells:
            self.fault("", f"表头之外还有内容（{str(row.cells[''])[:20]}），是否少了引号或多了分隔符")

    def fault(self, heading: str, what: str) -> None:
        self.faults.append(Fault(self.row.number, heading, what))

    def read(self, heading: str, reader: Callable[[Cell | Formula], T]) -> T | None:
        """A cell, or None where it is blank or wrong; what is wrong is told."""
        value = self.row.cells.get(heading)
        if value is None:
            return None
        try:
            return reader(value)
        except FieldError as error:
            self.fault(heading, str(error))
            return None

    def needed(self, heading: str, reader: Callable[[Cell | Formula], T]) -> T | None:
        if heading not in self.row.cells:
            self.fault(heading, f"没有填{heading}")
        return self.read(heading, reader)

    def item(self) -> Item | None:
        """The line, or None where a fault was found."""
        name = self.needed(kinds.KIND, lambda v: word_of(v, list(kinds.KINDS), "类别"))
        kind = kinds.KINDS[name] if name else None
        day = self.needed(kinds.DAY, lambda v: day_of(v, self.today))
        units = self._units(day)
        title = self.read(kinds.TITLE, text_of)
        link = self.read(kinds.LINK, address_of)
        attachment = self._attachment()
        note = mask_personal(self.read(kinds.NOTE, lambda v: text_of(v, 500)) or "")
        outlet = self.read(kinds.OUTLET, text_of) or ""
        until = self.read(kinds.UNTIL, lambda v: day_of(v, self.today, hint="：还挂着的请空着，撤下后再报"))
        if until is not None and day is not None and until < day:
            self.fault(kinds.UNTIL, f"{until} 早于日期 {day}，请核对")
        if kinds.LINK not in self.row.cells and kinds.FILE not in self.row.cells:
            self.fault(kinds.FILE, "没有链接也没有附件，请至少报一样作为证明")
        article, role, form = self._article(kind, day, units, title, link, outlet)
        title = mask_personal(title or "")
        task = self._task(kind, units)
        measure = self._measure(kind)
        if self.faults or kind is None or day is None:
            return None
        after: dict[str, Any] = {}
        if kind.decision is not None:
            after = {"task": task, "date": day.isoformat(), "file": attachment.name if attachment else link}
            if attachment is not None:
                after["sha256"] = attachment.sha256
            if kind.decision == "meeting_held":
                after["form"] = title or "会议走访"
            if kind.decision == MEASURE:
                after |= measure | ({"title": title} if title else {})
                if link is not None:
                    after["url"] = link
            if until is not None:
                after["removed" if kind.decision == "board_proof" else "until"] = until.isoformat()
        return Item(
            row_number=self.row.number,
            kind=kind.name,
            units=units,
            day=day,
            title=title or kind.name,
            article=article,
            role=role,
            form=form,
            decision=kind.decision,
            after=after,
            attachment=attachment,
            link=link,
            note="；".join(filter(None, [outlet if kind.decision else "", note])),
        )

    def _units(self, day: dt.date | None) -> list[str]:
        text = self.needed(kinds.UNIT, text_of)
        found = names_in(text or "")
        if text is not None and not found:
            self.fault(kinds.UNIT, "没有填责任单位")
        for unit in found:
            known = self.city.unit_by_short.get(unit)
            if known is None:
                self.fault(kinds.UNIT, unknown_unit(unit, self.city.units, "空白报送表“单位简称”页里的简称"))
            elif day is not None and not known.valid_on(day):
                now = f"，现为 {known.successor}" if known.successor else ""
                self.fault(kinds.UNIT, f"{day} 时没有{unit}这个单位{now}")
        return found

    def _attachment(self) -> Attachment | None:
        name = self.read(kinds.FILE, text_of)
        if name is None:
            return None
        if plain_name(name) != name:
            self.fault(kinds.FILE, f"“{name[:40]}”应只写文件名，不带文件夹")
            return None
        if name not in self.files:
            self.fault(
                kinds.FILE,
                f"没有找到附件“{name}”，请与本表一起上传（用命令行的放在同一个文件夹），文件名要一致",
            )
            return None
        try:
            return read_attachment(name, self.files[name])
        except AttachmentError as error:
            self.fault(kinds.FILE, str(error))
            return None

    def _task(self, kind: kinds.Kind | None, units: list[str]) -> str | None:
        """The line of the plan that the proof is for."""
        text = self.read(kinds.TASK, text_of)
        if text is not None and text not in {task.id for task in self.plan.tasks}:
            self.fault(kinds.TASK, f"方案没有事项“{text}”")
            return None
        if kind is None or kind.decision is None:
            return None
        can = kind.tasks(self.plan)
        ids = [task.id for task in can]
        if text is not None and text not in ids:
            self.fault(kinds.TASK, f"事项 {text} 不收“{kind.name}”，可填：{'、'.join(ids) or '（无）'}")
            return None
        if text is None and len(ids) != 1:
            self.fault(
                kinds.TASK, f"请填事项编号：{'、'.join(ids)}" if ids else f"方案没有收“{kind.name}”的事项"
            )
            return None
        task = text or ids[0]
        for unit in units:
            if unit in self.city.unit_by_short and unit not in self.plan.members[task]:
                self.fault(kinds.UNIT, f"事项 {task} 的责任单位没有{unit}，请核对单位或事项")
        return task

    def _measure(self, kind: kinds.Kind | None) -> dict[str, Any]:
        """Of a measure which it is and against whom."""
        if kind is None or kind.decision != MEASURE:
            if kind is not None and kinds.CONCERNED in self.row.cells:
                self.fault(kinds.CONCERNED, f"“{kind.name}”不填{kinds.CONCERNED}，请填在责任单位或说明")
            return {}
        known = kinds.measure_forms(self.plan)
        form = self.needed(kinds.FORM, lambda v: word_of(v, known, "措施"))
        concerned = names_in(mask_personal(self.needed(kinds.CONCERNED, text_of) or ""))
        if not concerned and kinds.CONCERNED in self.row.cells:
            self.fault(kinds.CONCERNED, "没有写明被通报、约谈、扣分的政务服务中心或单位")
        return {"form": form, "concerned": concerned}

    def _article(
        self,
        kind: kinds.Kind | None,
        day: dt.date | None,
        units: list[str],
        title: str | None,
        link: str | None,
        outlet: str,
    ) -> tuple[Article | None, str | None, str | None]:
        """The piece, the role of the units in it, its form."""
        page, column = self.read(kinds.PAGE, text_of), self.read(kinds.COLUMN, text_of)
        lead = self.read(kinds.LEAD, yes_of) or False
        is_measure = kind is not None and kind.decision == MEASURE
        form = None if is_measure else self.read(kinds.FORM, lambda v: word_of(v, kinds.FORMS, "体裁"))
        said = self.read(kinds.ROLE, lambda v: word_of(v, list(kinds.ROLES), "角色"))
        body = self.read(kinds.BODY, lambda v: text_of(v, 20_000, is_long=True)) or ""
        if kind is None or kind.outlet_class is None:
            return None, None, None
        if not title and (title is not None or kinds.TITLE not in self.row.cells):
            self.fault(kinds.TITLE, "没有填标题")
        title = mask_personal(title or "")
        if page is not None and not re.search(r"\d", page):
            self.fault(kinds.PAGE, f"版面“{page}”应写成 03版")
        place = self._outlet(kind, outlet, units)
        if self.faults or place is None or day is None:
            return None, None, None
        name, source = place
        owner = self._owner(name, source)
        identity = hashlib.sha256(f"{name}|{source}|{day}|{plain(title)}".encode()).hexdigest()[:12]
        own = kind.outlet_class in kinds.OWN_CLASSES and owner in (None, *units)
        role = kinds.ROLES[said] if said else "joint" if len(units) > 1 else "byline" if own else "subject"
        article = Article(
            outlet=name,
            url=link or f"urn:gangqing:import:{day}:{identity}",
            title=title,
            body=mask_personal(body),
            published=day.isoformat(),
            source=source,
            page=page,
            lead=lead,
            column=column,
        )
        return article, role, form

    def _owner(self, outlet: str, account: str | None) -> str | None:
        """Whose own place it is: of a site its unit, of an account the unit for which it is registered."""
        if account is None:
            return outlet.partition(":")[2] or None
        return next(
            (a.unit for a in self.city.accounts if a.account == account and a.forum in (outlet, "*")), None
        )

    def _outlet(self, kind: kinds.Kind, said: str, units: list[str]) -> tuple[str, str | None] | None:
        """The outlet's name as the plan matches it, and the account where the outlet has many."""
        assert kind.outlet_class is not None
        entry = self.plan.outlets.get(kind.outlet_class)
        if entry is None:
            self.fault(kinds.KIND, f"本市方案没有“{kind.name}”这类媒体")
            return None
        fixed = [each for each in entry.match if not each.endswith("*")]
        if fixed:
            if said and self.plan.outlet_class(said) != kind.outlet_class:
                self.fault(kinds.OUTLET, f"“{said}”不是{kind.name}，可填：{'、'.join(fixed)}，或不填")
                return None
            return said or fixed[0], None
        stem = next((each[:-1] for each in entry.match), kind.name)
        if kind.outlet_class == "unit_site":
            owner = said.removeprefix(stem).lstrip(":：") or (units[0] if units else "")
            if owner not in self.city.unit_by_short:
                self.fault(kinds.OUTLET, f"没有单位“{owner}”的网站，请填单位简称")
                return None
            return f"{stem}:{owner}", None
        if not said:
            self.fault(kinds.OUTLET, f"没有填{kind.name}的账号名")
            return None
        return stem, said
