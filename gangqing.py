"""Owns the command `gangqing`: its parts, UTF-8, and what becomes of an error; the commands are in commands/.

Modules are imported inside the commands, so that `gangqing tag` does not wait for Scrapy or DuckDB.
"""

from __future__ import annotations

import importlib
import io
import pkgutil
import sys

import typer

import commands
from analysis.quotes import nested
from commands.common import INTERRUPTED

app = typer.Typer(
    name="gangqing",
    help="港情：看全市媒体发了什么、记在哪个单位名下，看哪些帖子在等答复、由谁答、几时到期。",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# The main job's fields first; every module of commands/ that has an `app` is a field of work.
FIRST = ("tags", "collect", "stages", "ledger", "queue")
fields = sorted(
    (module.name for module in pkgutil.iter_modules(commands.__path__) if module.name != "common"),
    key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name),
)
for field in fields:
    if part := getattr(importlib.import_module(f"commands.{field}"), "app", None):
        app.add_typer(part)


def main() -> None:
    """Entry point: errors that a user can mend are one clear line, not a traceback."""
    use_utf8()
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        code = 2
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(str(error))
        else:
            message = message_of(error)
            if message is None:
                raise
            typer.echo(f"出错：{nested(message)}", err=True)
    if code == INTERRUPTED:
        typer.echo("已中断；已落盘的内容都在，再运行一次即接着来", err=True)
    sys.exit(code or 0)


def message_of(error: Exception) -> str | None:
    """What to tell the user of an error, in Chinese; None: a fault of the program."""
    from analysis.mistakes import told, usage

    return usage(error) if hasattr(error, "format_message") else told(error)


def use_utf8() -> None:
    """Files and pipes get UTF-8; so does a terminal whose locale knows ASCII only. Nothing that a terminal
    cannot show ends the program."""
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
