"""Owns masking the numbers of persons in what a decision or an act says; digests and ids stay whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from pipeline.privacy import PHONE, mask_personal

# Digests and ids of articles and threads may hold eleven digits in a row.
_ID = re.compile(r"[0-9a-f]{64}|[a-z][0-9a-f]{12}(-[0-9]+)?")


def masked(value: Any, *, kept: Collection[str] = (), with_urls: bool = False) -> Any:
    """The same with telephone, identity and card numbers replaced by what they are.

    Args:
        kept: texts that stay as they are, such as the addresses of captured pages.
        with_urls: whether what stands under the key "url" is masked too.
    """
    if isinstance(value, str):
        return value if value in kept or _ID.fullmatch(value) else mask_personal(value)
    if isinstance(value, Mapping):
        return {
            key: PHONE
            if key == "phone" and part
            else part
            if key == "url" and not with_urls
            else masked(part, kept=kept, with_urls=with_urls)
            for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(part, kept=kept, with_urls=with_urls) for part in value]
    return value
