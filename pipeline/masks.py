"""Owns that no personal number is loaded: the texts of a landed line are masked before it is written, and
once more when one is read that does not say that these rules masked it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from pipeline.privacy import mask_all, mask_personal
from pipeline.records import Article, Landed, Post, Quote, ThreadPage

_OF_ARTICLE = ("title", "kicker", "subtitle", "byline", "source", "page", "column", "body")
_RULES = ("hidden_numbers", "masks", "privacy")  # modules


def _fingerprint() -> str:
    folder = Path(__file__).resolve().parent
    return hashlib.sha256(b"".join((folder / f"{name}.py").read_bytes() for name in _RULES)).hexdigest()[:8]


MASKS = _fingerprint()  # of the rules by which `masked` masks


def masked(landed: Landed) -> Landed:
    """The line with its texts masked (`mask_personal`), as it is where that was done by these rules. Its
    `detail` stays: it may tell an address that is still to be fetched."""
    if landed.masks == MASKS:
        return landed
    return msgspec.structs.replace(
        landed,
        masks=MASKS,
        article=landed.article and _article(landed.article),
        thread=landed.thread and _thread(landed.thread),
    )


def _article(article: Article) -> Article:
    texts = {name: getattr(article, name) for name in _OF_ARTICLE}
    found = mask_all(texts)
    return article if found == texts else msgspec.structs.replace(article, **found)


def _thread(thread: ThreadPage) -> ThreadPage:
    return msgspec.structs.replace(
        thread, title=mask_personal(thread.title), posts=[_post(post) for post in thread.posts]
    )


def _post(post: Post) -> Post:
    texts = {"text": post.text, "quote": post.quote.text if post.quote else None}
    found = mask_all(texts)
    if found == texts:
        return post
    quote = post.quote and Quote(author=post.quote.author, text=found["quote"] or "")
    return msgspec.structs.replace(post, text=found["text"], quote=quote)
