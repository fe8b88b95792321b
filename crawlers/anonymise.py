"""Owns what a parsed record loses before it is landed: posters' names and personal numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from pipeline.city import Account
from pipeline.privacy import mask_personal, pseudonym
from pipeline.records import Article, Post, Quote, ThreadPage


@dataclasses.dataclass(frozen=True)
class Anonymiser:
    """Changes the records of one outlet. Only a registered official account keeps its name."""

    salt: bytes
    officials: frozenset[str]

    @classmethod
    def of(cls, outlet: str, accounts: Iterable[Account], salt: bytes) -> Anonymiser:
        names = (account.account.strip() for account in accounts if account.forum in ("*", outlet))
        return cls(salt, frozenset(names))

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
        return msgspec.structs.replace(
            thread, title=mask_personal(thread.title), posts=[self._post(post) for post in thread.posts]
        )

    def _post(self, post: Post) -> Post:
        quote = post.quote
        return msgspec.structs.replace(
            post,
            author=self._name(post.author),
            text=_mask(post.text),
            is_registered_official=post.author is not None and post.author.strip() in self.officials,
            quote=quote and Quote(author=self._name(quote.author), text=mask_personal(quote.text)),
        )

    def _name(self, name: str | None) -> str | None:
        if name is None or name.strip() in self.officials:
            return name
        return _pseudonym(name, self.salt)


def _mask(text: str | None) -> str | None:
    return None if text is None else mask_personal(text)


@lru_cache(maxsize=10_000)
def _pseudonym(name: str, salt: bytes) -> str:
    return pseudonym(name, salt)
