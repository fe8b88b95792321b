"""Owns how a sample page is made and answered: templates, charset, conditional requests."""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from pipeline.china import CHINA
from sample.content import Content
from sample.faults import Faults

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Website:
    """One website of the sample city: its routes, its pages, what it shows as of a time."""

    name = ""
    # The charset in the header, and of the bytes unless a fault says otherwise.
    charset = "utf-8"
    bytes_charset: str | None = None
    conditional = False  # answers 304

    def __init__(self, content: Content, as_of: dt.datetime, faults: Faults) -> None:
        self.content = content
        self.as_of = as_of
        self.faults = faults
        self.setup()

    def setup(self) -> None:
        """Index what is shown as of the time served."""

    def routes(self) -> list[BaseRoute]:
        raise NotImplementedError

    def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        modified: dt.datetime | None = None,
        media: str = "text/html",
        **context: Any,
    ) -> Response:
        """Render a template into a response; where the site supports it, a repeated request gets a 304."""
        html = ENVIRONMENT.get_template(template).render(site=self, request=request, **context)
        encoding = self.faults.charset(self.name, request.url.path) or self.bytes_charset or self.charset
        # A GBK site writes what GBK has not as numeric references, as the real engines do.
        body = html.encode(encoding, errors="xmlcharrefreplace")
        headers = {"content-type": f"{media}; charset={self.charset}"}
        if self.conditional and status == 200:
            headers["etag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if modified is not None:
                headers["last-modified"] = http_date(modified)
            if _unchanged(request, headers):
                return Response(
                    status_code=304, headers={k: v for k, v in headers.items() if k != "content-type"}
                )
        return Response(body, status_code=status, headers=headers)

    def not_found(self, request: Request) -> Response:
        return self.page(request, "not_found.html", status=404)


def http_date(moment: dt.datetime) -> str:
    return email.utils.format_datetime(moment.replace(tzinfo=CHINA).astimezone(dt.UTC), usegmt=True)


def _unchanged(request: Request, headers: dict[str, str]) -> bool:
    """RFC 9110: If-None-Match decides where it is sent, else If-Modified-Since."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return headers["etag"] in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    since = request.headers.get("if-modified-since")
    if since is None or "last-modified" not in headers:
        return False
    try:
        return email.utils.parsedate_to_datetime(
            headers["last-modified"]
        ) <= email.utils.parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def text_response(text: str, media: str = "text/plain") -> Response:
    return Response(text.encode("utf-8"), headers={"content-type": f"{media}; charset=utf-8"})


def redirect(location: str, status: int = 302) -> Response:
    return Response(status_code=status, headers={"location": location, "content-type": "text/html"})
