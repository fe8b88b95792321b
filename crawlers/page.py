"""Owns a fetched page as a parser sees it: bytes, address, time; decoding with the charset repaired."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from functools import cached_property

from bs4.dammit import EncodingDetector, UnicodeDammit

from pipeline.city import Site


@dataclasses.dataclass(frozen=True)
class Page:
    """One response. `fetched_at` is naive wall-clock time of China, the base of relative dates (6 天前)."""

    url: str
    body: bytes
    fetched_at: dt.datetime
    status: int = 200
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    site: Site | None = None
    _is_utf8: bool = dataclasses.field(default=False, init=False, repr=False, compare=False)

    @cached_property
    def utf8(self) -> bytes:
        """The text in UTF-8: the body itself, where it is that."""
        text = self.text
        return self.body if self._is_utf8 else text.encode(errors="ignore")

    @cached_property
    def text(self) -> str:
        """The body as text. UTF-8 is tried before the declared charset, because real pages lie both ways and
        GBK text is hardly ever valid UTF-8; gb18030 stands in for gb2312 and GBK, which it contains. Declared
        Big5 goes before gb18030, to which nearly any bytes are text."""
        declared = [self.site.encoding] if self.site and self.site.encoding else []
        known = [*declared, "utf-8", *(["big5hkscs"] if self._says_big5 else [])]
        dammit = UnicodeDammit(
            self.body, known_definite_encodings=known, user_encodings=["gb18030"], is_html=True
        )
        chinese = (
            (dammit.original_encoding or "")
            .lower()
            .startswith(("utf", "gb", "big5", "hz", "ascii", *declared))
        )
        if chinese and dammit.unicode_markup is not None and not dammit.contains_replacement_characters:
            marked = len(dammit.markup) != len(self.body)  # a byte-order mark was taken off
            self.__dict__["_is_utf8"] = dammit.original_encoding == "utf-8" and not marked
            return dammit.unicode_markup
        # A few broken bytes inside good text, over which the library falls back to statistics and then takes
        # GBK for Cyrillic: keep the text, mark the bytes.
        return min(
            (self.body.decode(name, errors="replace") for name in ("utf-8", "gb18030")),
            key=lambda text: text.count("\ufffd"),
        )

    @property
    def _says_big5(self) -> bool:
        said = EncodingDetector.find_declared_encoding(self.body, is_html=True) or ""
        return "big5" in f"{said} {self.headers.get('Content-Type', '')}".lower()
