"""Owns the people of a soak: one of each role at a browser of her own, who opens pages and decides."""

from __future__ import annotations

import dataclasses
import random
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import lxml.html

from analysis.desk.rights import Role

PASSWORD = "a-long-day-in-the-life"
ENTRANCES: dict[Role, tuple[str, ...]] = {
    Role.PUBLICITY: ("/", "/tickets", "/tickets", "/articles", "/articles?q=水利", "/hotspots",
                     "/doubts", "/sources"),
    Role.EVALUATION: ("/", "/ledger", "/units", "/articles?role=subject", "/exposures", "/deductions",
                      "/charts", "/reports", "/contacts", "/reports/preview?kind=weekly",
                      "/export/articles/csv"),
    Role.LIAISON: ("/", "/tickets", "/tickets", "/ledger", "/appeals", "/articles?q=部署"),
    Role.INSPECTOR: ("/", "/ledger", "/articles", "/articles?q=垃圾&in=threads", "/log", "/sources",
                     "/announcement"),
    Role.ADMINISTRATOR: ("/", "/status", "/jobs", "/settings", "/log", "/sources", "/health"),
}  # fmt: skip
# Acts that one may do at random: what is decided here bears on articles, tickets, exposures, contacts.
ACTS = re.compile(
    r"/(tickets/[^/]+/(move|correct)|articles/[^/]+/correct|exposures/(register|approve|refuse|withdraw)"
    r"|appeals/(refuse|withdraw)|contacts/register|deductions/decide)"
)
WALK = re.compile(r"/(tickets|articles|threads|units|ledger|captures|hotspots|sources|jobs)/[^?]+")


@dataclasses.dataclass
class Seen:
    """What happened in the browsers. `clicks`: when (monotonic), route, seconds."""

    clicks: list[tuple[float, str, float]] = dataclasses.field(default_factory=list)
    acts: dict[str, int] = dataclasses.field(default_factory=dict)  # by what came of them
    errors: list[str] = dataclasses.field(default_factory=list)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def click(self, path: str, seconds: float) -> None:
        route = re.sub(r"(?<=.)/[^/?]*\d[^/?]*", "/…", path.partition("?")[0])
        with self.lock:
            self.clicks.append((time.monotonic(), route, seconds))

    def act(self, came: str) -> None:
        with self.lock:
            self.acts[came] = self.acts.get(came, 0) + 1

    def error(self, said: str) -> None:
        with self.lock:
            self.errors.append(said)


class Person(threading.Thread):
    """Somebody who works until it is over: opens a page, follows a link or two, decides now and then."""

    def __init__(
        self, base: str, role: Role, name: str, seen: Seen, over: threading.Event, think: float, seed: int
    ) -> None:
        super().__init__(name=f"person-{name}", daemon=True)
        self.base, self.role, self.account, self.seen, self.over = base, role, name, seen, over
        self.think, self.chance = think, random.Random(seed)
        self.client = httpx.Client(base_url=base, timeout=120, follow_redirects=True)

    def run(self) -> None:
        try:
            self._sign_in()
            while not self.over.is_set():
                page = self._get(self.chance.choice(ENTRANCES[self.role]))
                for _ in range(self.chance.randrange(3)):
                    links = [link for link in self._links(page) if WALK.fullmatch(link.partition("?")[0])]
                    if links and not self.over.is_set():
                        page = self._get(self.chance.choice(links))
                    if self.chance.random() < 0.5:
                        self._decide(page)
        except Exception as error:
            if not self.over.is_set():
                self.seen.error(f"{self.account}: {type(error).__name__} {error}")

    def _sign_in(self) -> None:
        form = lxml.html.fromstring(self.client.get("/login").text).forms[0]
        answer = self.client.post(
            "/login", data=dict(form.form_values()) | {"name": self.account, "password": PASSWORD}
        )
        answer.raise_for_status()
        if "/login" in str(answer.url):
            raise RuntimeError("cannot sign in")

    def _get(self, path: str) -> httpx.Response:
        return self._ask(path, lambda: self.client.get(path))

    def _ask(self, path: str, send: Callable[[], httpx.Response]) -> httpx.Response:
        began = time.perf_counter()
        try:
            answer = send()
        except httpx.TransportError:  # as a browser does: the server may have let an idle connection go
            answer = send()
        self.seen.click(path, time.perf_counter() - began)
        if answer.status_code >= 500:
            self.seen.error(f"{self.account} {path}: {answer.status_code}")
        self.over.wait(self.chance.uniform(0.5, 1.5) * self.think)
        return answer

    def _links(self, page: httpx.Response) -> list[str]:
        if "html" not in page.headers.get("content-type", "") or not page.text.strip():
            return []
        links = lxml.html.fromstring(page.text).iterlinks()
        found = [urlsplit(urljoin(str(page.url), link)) for _, kind, link, _ in links if kind == "href"]
        own = [each for each in found if f"{each.scheme}://{each.netloc}" == self.base]
        return [f"{each.path}?{each.query}" if each.query else each.path for each in own]

    def _decide(self, page: httpx.Response) -> None:
        """Fill in a form of the page at random, as somebody does who tries everything, and send it."""
        if "html" not in page.headers.get("content-type", "") or not page.text.strip():
            return
        forms = [form for form in lxml.html.fromstring(page.text).forms
                 if form.method == "POST" and ACTS.fullmatch(urlsplit(form.action or "").path)]  # fmt: skip
        if not forms:
            return
        form = self.chance.choice(forms)
        data = self._filled(form)
        answer = self._ask(form.action, lambda: self.client.post(form.action, data=data))
        if answer.status_code == 200:
            is_refused = 'role="alert"' in answer.text
            self.seen.act("refused" if is_refused else "done")
        else:
            self.seen.act(str(answer.status_code))

    def _filled(self, form: Any) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for field in form.inputs:
            kind, name = getattr(field, "type", field.tag), field.name
            if not name or kind in ("submit", "file", "checkbox"):
                continue
            if field.tag == "select":
                options = [value for value in field.value_options if value]
                data[name] = self.chance.choice(options) if options and not field.value else field.value or ""
            elif field.tag == "textarea":
                data[name] = "试运行中的说明"
            elif kind == "number":
                data[name] = str(self.chance.randrange(1, 10))
            elif kind == "text":
                data[name] = field.get("value") or f"试运行{self.chance.randrange(10_000)}"
            elif field.get("value") is not None:
                data[name] = field.get("value")
        return data
