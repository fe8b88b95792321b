"""Owns what a parsed record loses before it is landed: posters' names, also in texts, personal numbers."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Container, Mapping
from functools import lru_cache

import msgspec

from crawlers.plain_words import PlainWords
from pipeline.city import City
from pipeline.privacy import mask_personal, pseudonym
from pipeline.records import Article, Post, Quote, ThreadPage


@dataclasses.dataclass(frozen=True)
class Anonymiser:
    """Changes the records of one outlet. Only a registered official account keeps its name."""

    salt: bytes
    officials: frozenset[str]
    words: Container[str]  # names that are changed only where the poster is addressed

    @classmethod
    def of(cls, outlet: str, city: City, salt: bytes) -> Anonymiser:
        names = (account.account.strip() for account in city.accounts if account.forum in ("*", outlet))
        return cls(salt, frozenset(names), PlainWords.of(city))

    def article(self, article: Article) -> Article:
        return msgspec.structs.replace(
            article,
            title=mask_personal(article.title),
            body=mask_personal(article.body),
            kicker=_mask(article.kicker),
            subtitle=_mask(article.subtitle),
            byline=_mask(article.byline),
            source=_mask(article.source),
        )

    def thread(self, thread: ThreadPage) -> ThreadPage:
        spoken = [post.author for post in thread.posts]
        spoken += [post.quote.author for post in thread.posts if post.quote is not None]
        names = {
            name.strip(): _pseudonym(name, self.salt)
            for name in spoken
            if name and name.strip() not in self.officials
        }
        return msgspec.structs.replace(
            thread,
            title=self._text(thread.title, names),
            posts=[self._post(post, names) for post in thread.posts],
        )

    def _post(self, post: Post, names: Mapping[str, str]) -> Post:
        quote = post.quote
        return msgspec.structs.replace(
            post,
            author=self._name(post.author),
            text=None if post.text is None else self._text(post.text, names),
            is_registered_official=post.author is not None and post.author.strip() in self.officials,
            quote=quote and Quote(author=self._name(quote.author), text=self._text(quote.text, names)),
        )

    def _text(self, text: str, names: Mapping[str, str]) -> str:
        return without_names(mask_personal(text), names, self.words)

    def _name(self, name: str | None) -> str | None:
        if name is None or name.strip() in self.officials:
            return name
        return _pseudonym(name, self.salt)


# How a poster is spoken to or of; a name that is also a word of the language is changed only there.
_BEFORE = r"(?:@ ?|回复[ :：@]{0,3}|答复[ :：@]{0,3}|楼上的?|引用[ :：]{0,2}|原帖由 ?)"
_AFTER = r"(?= ?(?:[:：]|网友|发表于|写道|说[:：]))"
_COMMON = re.compile(
    r"(?:[人员]|市民|居民|群众|业主|家长|网友|司机|村民|先生|女士|老师|同学|用户|游客|匿名)$"
)
_LONG = 4  # characters: so long a name is hardly a word of the language


# The same of a name that is a unit's, a place's or a service number: a letter to a unit begins "市教育局：".
_HEAD = r"(?:@ ?|^[ \u3000]*(?:回复|答复|引用)[ :：@]{0,3}|原帖由 ?)"
_ENDS = r"(?=[\s:：,，。!！?？@]|$)"


def without_names(text: str, names: Mapping[str, str], words: Container[str] = ()) -> str:
    """A text of a thread with the names of its posters replaced by their pseudonyms.

    Args:
        names: those who speak on the page or are quoted there → pseudonyms.
        words: names that are those of units or places too, or service numbers: they stay wherever they may be
            meant as such.
    """
    for name, stand_in in sorted(names.items(), key=lambda pair: -len(pair[0])):
        if name not in text or len(name) < 2:
            continue
        here = re.escape(name)
        if name in words:
            spoken_to = re.compile(f"({_HEAD}){here}{_ENDS}|^{here}(?= ?(?:发表于|写道))", re.MULTILINE)
        elif len(name) >= _LONG and not _COMMON.search(name):
            text = text.replace(name, stand_in)
            continue
        else:
            spoken_to = re.compile(f"({_BEFORE}){here}|{here}{_AFTER}")
        text = spoken_to.sub(rf"\g<1>{stand_in}", text)
    return text


def _mask(text: str | None) -> str | None:
    return None if text is None else mask_personal(text)


@lru_cache(maxsize=10_000)
def _pseudonym(name: str, salt: bytes) -> str:
    return pseudonym(name, salt)
