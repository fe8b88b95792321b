"""Owns receivers on loopback that stand for 企业微信, 钉钉, 飞书, a webhook and a mail server, with faults.

A robot answers as the real ones do: HTTP 200 with a code, also where it refuses.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Number of the request, from 1 → what to do: ok, 500, refuse, drop, drip, hang, page.
Fault = Callable[[int], str]


def always(what: str) -> Fault:
    return lambda number: what


class Robot:
    """One HTTP receiver; `texts` are the messages that it took, in order."""

    def __init__(self, fault: Fault | None = None) -> None:
        self.fault = fault or always("ok")
        self.texts: list[str] = []
        self.asked_count = 0
        self.lock = threading.Lock()
        robot = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with robot.lock:
                    robot.asked_count += 1
                    what = robot.fault(robot.asked_count)
                robot.answer(self, self.path, body, what)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, http: BaseHTTPRequestHandler, path: str, body: dict, what: str) -> None:
        text, taken, refused = self.read(path, body)
        if what == "drop":  # the line breaks before an answer
            http.close_connection = True
            http.connection.close()
            return
        if what == "hang":
            time.sleep(1.5)
            http.close_connection = True
            return
        if what in ("ok", "drip"):
            with self.lock:
                self.texts.append(text)
        raw = {"ok": taken, "drip": taken, "refuse": refused, "page": "<html>请先登录</html>"}.get(
            what, "{}"
        ).encode()
        status = int(what) if what.isdigit() else 200
        with contextlib.suppress(OSError):
            http.send_response(status)
            http.send_header("Content-Length", str(len(raw)))
            http.end_headers()
            for byte in raw if what == "drip" else ():
                http.wfile.write(bytes([byte]))
                http.wfile.flush()
                time.sleep(0.2)
            if what != "drip":
                http.wfile.write(raw)

    @staticmethod
    def read(path: str, body: dict) -> tuple[str, str, str]:
        """The text of a message, and what the service answers when it takes or refuses it."""
        if path.startswith("/cgi-bin/webhook/send"):
            text = body["text"]["content"]
            assert len(text.encode()) <= 2048, "企业微信 takes no more"
            return text, '{"errcode":0,"errmsg":"ok"}', '{"errcode":45009,"errmsg":"api freq out of limit"}'
        if path.startswith("/robot/send"):
            return (
                body["text"]["content"],
                '{"errcode":0,"errmsg":"ok"}',
                '{"errcode":310000,"errmsg":"keywords not in content"}',
            )
        if path.startswith("/open-apis/bot"):
            return body["content"]["text"], '{"code":0,"msg":"success"}', '{"code":9499,"msg":"Bad Request"}'
        return body["message"], "", ""

    @contextlib.contextmanager
    def running(self) -> Iterator[Robot]:
        thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()


class MailServer:
    """A mail server that knows just enough to take a message, or to refuse its recipient."""

    def __init__(self) -> None:
        self.mails: list[email.message.EmailMessage] = []
        self.refuses = False
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                def say(line: str) -> None:
                    self.wfile.write(line.encode() + b"\r\n")

                say("220 test")
                while line := self.rfile.readline():
                    verb = line[:4].upper()
                    if verb in (b"EHLO", b"HELO", b"MAIL", b"RSET", b"NOOP"):
                        say("250 ok")
                    elif verb == b"RCPT":
                        say("550 no such user" if server.refuses else "250 ok")
                    elif verb == b"DATA":
                        say("354 go on")
                        raw = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            raw += part.removeprefix(b".") if part.startswith(b"..") else part
                        server.mails.append(email.message_from_bytes(raw, policy=email.policy.default))
                        say("250 taken")
                    elif verb == b"QUIT":
                        say("221 bye")
                        return
                    else:
                        say("502 no")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    @property
    def texts(self) -> list[str]:
        found = []
        for mail in self.mails:
            body = mail.get_body(("plain",))
            assert body is not None
            found.append(body.get_content().replace("\r\n", "\n").rstrip("\n"))
        return found

    @contextlib.contextmanager
    def running(self) -> Iterator[MailServer]:
        thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()
