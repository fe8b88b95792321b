"""Owns the command `gangqing`: its parts, UTF-8, and what becomes of an error; the commands are in commands/.

Modules are imported inside the commands, so that `gangqing tag` does not wait for Scrapy or DuckDB.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, TextIO

from commands.exits import INTERRUPTED, UNREAD

if TYPE_CHECKING:
    import typer

# The main job's fields first; every module of commands/ that has an `app` is a field of work.
FIRST = ("tags", "collect", "stages", "ledger", "queue")


@functools.cache
def build_app() -> typer.Typer:
    """The command with all its parts. Built when it is asked for: Ctrl-C may come before that is done."""
    import importlib
    import pkgutil

    import typer

    import commands

    built = typer.Typer(
        name="gangqing",
        help="港情：看全市媒体发了什么、记在哪个单位名下，看哪些帖子在等答复、由谁答、几时到期。",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    fields = sorted(
        (module.name for module in pkgutil.iter_modules(commands.__path__) if module.name != "common"),
        key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name),
    )
    for field in fields:
        if part := getattr(importlib.import_module(f"commands.{field}"), "app", None):
            built.add_typer(part)
    return built


def __getattr__(name: str) -> Any:
    if name == "app":
        return build_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main() -> None:
    """Entry point: errors that a user can mend, and Ctrl-C, are one clear line, not a traceback."""
    open_streams()
    heard = hear_interrupts()
    try:
        code = run(heard)
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        if heard:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # once more ends at once, without a word
        say("已中断；已落盘的内容都在，再运行一次即接着来", sys.stderr)
    sys.exit(code if is_flushed() else code or UNREAD)


def run(heard: list[int]) -> int:
    """Run the command that the arguments name; returns its exit code.

    Args:
        heard: Ctrl-C so far. A library may raise what it likes when it is interrupted (DuckDB, an import).
    """
    use_utf8()
    try:
        code: int = build_app()(standalone_mode=False) or 0
        sys.stdout.flush()
        return code
    except (Exception, SystemExit) as error:
        if is_unread(error):
            return INTERRUPTED if heard else UNREAD
        if isinstance(error, SystemExit):
            raise
        if heard:
            return INTERRUPTED
        if type(error).__name__ == "NoArgsIsHelpError":
            say(str(error), sys.stdout)
            return 2
        message = message_of(error)
        if message is None:
            raise
        from analysis.quotes import nested

        say(f"出错：{nested(message)}", sys.stderr)
        return 2


def say(text: str, stream: TextIO) -> None:
    """One line, where somebody reads it."""
    with contextlib.suppress(OSError):
        stream.write(f"{text}\n")


def is_unread(error: BaseException) -> bool:
    """Did nobody read what was written? The libraries of the command line make a plain exit of it."""
    return isinstance(error.__context__ if isinstance(error, SystemExit) else error, BrokenPipeError)


def is_flushed() -> bool:
    """Was all written that waited for it? What cannot be is dropped, and no more is said of it."""
    is_read = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            is_read = False
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return is_read


def open_streams() -> None:
    """Where the standard streams are closed, open them onto nothing: else the next file that is opened, the
    warehouse say, has their number, and what is printed goes into it. Input stays known as closed."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def hear_interrupts() -> list[int]:
    """Have Ctrl-C raise KeyboardInterrupt and be noted; returns the list in which it is. A worker that was
    parted from this process ends without a word: this one speaks. Where Ctrl-C is ignored, it stays so."""
    heard: list[int] = []
    own = os.getpid()

    def hear(number: int, _frame: object) -> None:
        if os.getpid() != own:
            os._exit(INTERRUPTED)
        heard.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, hear)
    return heard


def message_of(error: Exception) -> str | None:
    """What to tell the user of an error, in Chinese; None: a fault of the program."""
    from analysis.mistakes import told, usage

    return usage(error) if hasattr(error, "format_message") else told(error)


def use_utf8() -> None:
    """Files and pipes get UTF-8; so does a terminal whose locale knows ASCII only. Nothing that a terminal
    cannot show ends the program."""
    import io

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            ascii_only = stream.encoding.lower() in (
                "ascii",
                "us-ascii",
                "ansi_x3.4-1968",
                "iso8859-1",
                "latin-1",
            )
            keep = stream.isatty() and not ascii_only
            stream.reconfigure(encoding=stream.encoding if keep else "utf-8", errors="replace")


if __name__ == "__main__":
    main()
