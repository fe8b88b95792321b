"""Owns what is told of an address whose parameter cannot be read: which one, and how it is written."""

from __future__ import annotations

import re
from typing import Any

from litestar import Request
from litestar.exceptions import ValidationException

# What the library says of a value, and what is told of it.
_TOLD = (
    (re.compile(r"date"), "日期应写成 2017-12-31"),
    (re.compile(r"`str` of length <= (\d+)"), "最多 {} 个字"),
    (re.compile(r"`int` >= (-?\d+)"), "不能小于 {}"),
    (re.compile(r"`int` <= (-?\d+)"), "不能大于 {}"),
    (re.compile(r"`int`"), "应是整数"),
)
_MISSING = re.compile(r"Missing required query parameter '(\w+)'")


def told_of(request: Request[Any, Any, Any], error: ValidationException) -> str:
    """The parameters that cannot be read and what each should be; "" where it is not about parameters."""
    missing = _MISSING.match(error.detail)
    if missing is not None:
        return f"参数 {missing[1]}：必须写"
    faults = error.extra if isinstance(error.extra, list) else []
    return "；".join(f"参数 {_name(request, fault['key'])}：{_told(fault['message'])}" for fault in faults)


def _name(request: Request[Any, Any, Any], key: str) -> str:
    """As it is written in the address, where the function calls it otherwise."""
    field = request.route_handler.parsed_fn_signature.parameters.get(key)
    return getattr(field and field.kwarg_definition, "query", None) or key


def _told(message: str) -> str:
    for pattern, told in _TOLD:
        found = pattern.search(message)
        if found is not None:
            return told.format(*found.groups())
    return "写法不对"
