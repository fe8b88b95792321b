"""Owns the language in which one searches: words, "phrases", AND, OR, NOT, brackets; into SQLite FTS5's.

Nothing that a person types reaches FTS5 but in quotes, so no syntax of its own can be sent.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata

from pipeline.search_tokens import char_tokens, folded, word_tokens

MAX_CHARS = 200  # of a question
MAX_TERMS = 30
_PIECES = re.compile(r'[“”"„‟＂]|[()（）]|[^\s"“”„‟＂()（）]+')
_QUOTES, _OPEN, _CLOSE = set('“”"„‟＂'), set("(（"), set(")）")


class SearchError(ValueError):
    """A question that cannot be asked; the message says what to write instead, in Chinese."""


@dataclasses.dataclass(frozen=True)
class Query:
    """A question, ready for the index.

    Attributes:
        by_words: FTS5 expression in which plain words are found as words.
        by_chars: the same with plain words found as sequences of characters, wherever words begin.
        by_title: the same with all words, those of phrases too, found in the title alone.
        terms: what is looked for, as typed, to be marked in the text; excluded ones are not among them.
    """

    by_words: str
    by_chars: str
    by_title: str
    terms: tuple[str, ...]


@dataclasses.dataclass
class _Term:
    text: str
    is_phrase: bool


@dataclasses.dataclass
class _Group:
    joiner: str  # AND, OR
    wanted: list[_Term | _Group]
    excluded: list[_Term | _Group]


def parse_query(text: str) -> Query:
    """Words stand for all of them (AND); OR, NOT or - before a word, brackets, and "…" for a phrase.

    Raises:
        SearchError: it is empty, too long, or names only what is to be left out.
    """
    if len(text) > MAX_CHARS:
        raise SearchError(f"检索词太长（{len(text)} 字），最多 {MAX_CHARS} 字")
    clean = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    group = _Reader(_pieces(clean)).read()
    terms = _terms(group)
    if len(terms) > MAX_TERMS:
        raise SearchError(f"检索词太多（{len(terms)} 个），最多 {MAX_TERMS} 个")
    by_words, by_chars, by_title = (_expression(group, where) for where in ("title words", "exact", "title"))
    if by_words is None or by_chars is None or by_title is None:
        raise SearchError("请写要找的词，例如：水利局 冬修；整句加引号：“冬修水利”；排除某词写 NOT 某词")
    return Query(by_words, by_chars, by_title, tuple(dict.fromkeys(term.text for term in _wanted(group))))


def _pieces(text: str) -> list[tuple[str, str]]:
    """(kind, text): word, phrase, ( or ). A phrase that is not closed ends with the question."""
    found: list[tuple[str, str]] = []
    position = 0
    while match := _PIECES.search(text, position):
        position = match.end()
        piece = match[0]
        if piece in _QUOTES:
            end = next((n for n in range(position, len(text)) if text[n] in _QUOTES), len(text))
            found.append(("phrase", text[position:end]))
            position = end + 1
        elif piece in _OPEN:
            found.append(("(", piece))
        elif piece in _CLOSE:
            found.append((")", piece))
        elif len(piece) > 1 and piece[0] in "-－" and _is_said(piece):
            found += [("word", "NOT"), ("word", piece[1:])]
        else:
            found.append(("word", piece))
    return found


class _Reader:
    """Reads pieces from left to right: OR binds least; an operator that stands alone is passed over."""

    def __init__(self, pieces: list[tuple[str, str]]) -> None:
        self._pieces, self._at = pieces, 0

    def read(self) -> _Group:
        group = _Group("AND", [self._either()], [])
        while self._at < len(self._pieces):  # a bracket too many closes nothing
            self._at += 1
            group.wanted.append(self._either())
        return group

    def _either(self) -> _Group:
        group = _Group("OR", [self._all()], [])
        while self._peek() == ("word", "OR"):
            self._at += 1
            group.wanted.append(self._all())
        return group

    def _all(self) -> _Group:
        group = _Group("AND", [], [])
        is_excluded = False
        while (piece := self._peek()) is not None and piece[0] != ")" and piece != ("word", "OR"):
            self._at += 1
            kind, text = piece
            if piece == ("word", "AND"):
                continue
            if piece == ("word", "NOT"):
                is_excluded = True
                continue
            item: _Term | _Group = _Term(text.strip(), kind == "phrase")
            if kind == "(":
                item = self._either()
                if self._peek() is not None and self._peek()[0] == ")":  # type: ignore[index]
                    self._at += 1
            (group.excluded if is_excluded else group.wanted).append(item)
            is_excluded = False
        return group

    def _peek(self) -> tuple[str, str] | None:
        return self._pieces[self._at] if self._at < len(self._pieces) else None


def _expression(item: _Term | _Group, where: str) -> str | None:
    """FTS5's expression; None: nothing that can be looked for."""
    if isinstance(item, _Term):
        return _term(item, where)
    wanted = [found for each in item.wanted if (found := _expression(each, where)) is not None]
    excluded = [found for each in item.excluded if (found := _expression(each, where)) is not None]
    if not wanted:
        if excluded:
            raise SearchError("只写了要排除的词，请再写要找的词，例如：水利 NOT 招标")
        return None
    said = wanted[0] if len(wanted) == 1 else "(" + f" {item.joiner} ".join(wanted) + ")"
    if excluded:
        said = f"({said} NOT ({' OR '.join(excluded)}))"
    return said


def _term(term: _Term, where: str) -> str | None:
    text = folded(term.text)
    words = word_tokens(text)
    # Where a phrase stands is told of title and body together: a title is asked for the phrase's words.
    if where == "exact" or (term.is_phrase and (where != "title" or not words)):
        chars = char_tokens(text)
        return f"{{exact}} : {_quoted(' '.join(chars))}" if chars else None
    if not words:
        return None
    return f"({{{where}}} : (" + " AND ".join(_quoted(word) for word in words) + "))"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _is_said(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _terms(group: _Group) -> list[_Term]:
    found = []
    for item in (*group.wanted, *group.excluded):
        found += [item] if isinstance(item, _Term) else _terms(item)
    return found


def _wanted(group: _Group) -> list[_Term]:
    found = []
    for item in group.wanted:
        found += [item] if isinstance(item, _Term) else _wanted(item)
    return [term for term in found if _is_said(term.text)]
