"""Owns what a form hands in: every field bounded and checked, with what is wrong said in Chinese."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any, cast

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.exceptions import ValidationException
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

SHORT, LONG = 100, 2000  # characters
MANY = 500  # values of one field
_OWN = re.compile(r"_|seen\d*$|back$|.*password|again$|present$")  # what is no person's word, or secret


class Form:
    """The fields of a form as sent; nothing in it is trusted."""

    def __init__(self, fields: FormMultiDict) -> None:
        self._fields = fields

    def text(self, name: str, label: str = "", *, required: bool = False, limit: int = SHORT) -> str:
        """One line or paragraph, without control characters; "" where it is missing.

        Args:
            label: what the person calls the field.

        Raises:
            ValidationException: it is missing though required, or too long.
        """
        value = self._fields.get(name)
        found = _clean(value) if isinstance(value, str) else ""
        if required and not found:
            raise ValidationException(f"请填写{label or name}")
        if len(found) > limit:
            raise ValidationException(f"{label or name}太长：最多 {limit} 个字")
        return found

    def secret(self, name: str) -> str:
        """A password as typed."""
        value = self._fields.get(name)
        return value[: LONG + 1] if isinstance(value, str) else ""

    def mark(self) -> str:
        """Of whom the form was, as `UnsentForms.mark` says it; "" where it does not say."""
        value = self._fields.get("_by")
        return as_kept(value) if isinstance(value, str) else ""

    def kept(self) -> dict[str, list[str]]:
        """The values of each field as they were typed, right or wrong, for the form to hold again: no marks
        of the form's own, no passwords."""
        found: dict[str, list[str]] = {}
        for name, value in self._fields.multi_items():
            if is_kept(name) and isinstance(value, str) and len(found.setdefault(name, [])) < MANY:
                found[name].append(as_kept(value))
        return found

    def names(self) -> list[str]:
        """Which fields were sent, whatever they hold; without the token, which each form has."""
        return [name for name in dict.fromkeys(self._fields) if is_named(name)]

    def left(self) -> list[str]:
        """Which fields stayed as the page had shown them, as the script of the page says (desk.js)."""
        value = self._fields.get("_left")
        return as_kept(value).split() if isinstance(value, str) else []

    def all(self, name: str, most: int = MANY) -> list[str]:
        """All values of a field that can come several times, each once. Raises ValidationException."""
        found = list(dict.fromkeys(_clean(v) for v in self._fields.getall(name, []) if isinstance(v, str)))
        if len(found) > most or any(len(value) > LONG for value in found):
            raise ValidationException(f"一次最多选 {most} 项")
        return [value for value in found if value]

    def day(self, name: str, label: str = "", *, required: bool = False) -> dt.date | None:
        """A day. Raises ValidationException."""
        text = self.text(name, label, required=required)
        if not text:
            return None
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise ValidationException(f"{label or name}应写成 2017-12-31 这样的日期") from None

    def number(self, name: str, label: str = "", *, low: int = 0, high: int = 1000) -> int | None:
        """A whole number. Raises ValidationException."""
        text = self.text(name, label)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValidationException(f"{label or name}应为 {low} 至 {high} 之间的整数")
        return int(text)

    def chosen(self, name: str, label: str, known: Any, *, required: bool = True) -> str:
        """One of what is known. Raises ValidationException."""
        text = self.text(name, label, required=required)
        if text and text not in known:
            raise ValidationException(f"{label}“{text[:40]}”不在可选范围内")
        return text

    def flag(self, name: str) -> bool:
        return bool(self.text(name))

    def file(self, name: str) -> UploadFile | None:
        value = self._fields.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def files(self, name: str, most: int = 100) -> list[UploadFile]:
        """All files of a field, at most so many. Raises ValidationException."""
        found = [v for v in self._fields.getall(name, []) if isinstance(v, UploadFile) and v.filename]
        if len(found) > most:
            raise ValidationException(f"一次最多传 {most} 个文件")
        return found


def is_kept(name: str) -> bool:
    """Whether a field holds what somebody typed or chose."""
    return _OWN.match(name) is None


def is_named(name: str) -> bool:
    """Whether a field tells one form from another."""
    return bool(name) and not name.startswith("_")


def as_kept(text: str) -> str:
    """A value as `Form.kept` keeps it."""
    return _clean(text)[:LONG]


def _clean(text: str) -> str:
    kept = "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return kept.strip()


def form_read(request: Request[Any, Any, Any]) -> Form | None:
    """The form of a request that was refused before its act, as far as it was read to look for its token."""
    found: Any = ScopeState.from_scope(request.scope).form
    return None if found is Empty else Form(FormMultiDict.from_form_data(cast("dict[str, Any]", found)))


async def provide_form(request: Request[Any, Any, Any]) -> Form:
    """The form of a request."""
    form = Form(await request.form())
    request.scope["state"]["form"] = form  # for what is told where the act is refused
    return form
