"""Owns the commands that edit the city's data: edits, edits alias, edits account, edits rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.common import (
    HOME,
    AtOption,
    CityOption,
    CsvOption,
    HomeOption,
    JsonOption,
    WhoOption,
    WhyOption,
    emit_rows,
    load_chosen,
    parse_moment,
)

if TYPE_CHECKING:
    from pipeline.decisions import Decision

app = typer.Typer(rich_markup_mode=None)
edits_app = typer.Typer(rich_markup_mode=None)
app.add_typer(edits_app, name="edits")

COLUMNS = {"at": "时间", "who": "谁", "act": "改了什么", "target": "对象", "changes": "改动", "why": "依据"}
StateOption = Annotated[str, typer.Option("--state", help="别称：已核对、待核对、停用；账号：在用、停用。")]


@edits_app.callback(invoke_without_command=True)
def edits(
    context: typer.Context,
    city: CityOption = None,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """城市数据的改动：谁在何时把单位、别称、官方账号、规则改成了什么；都叠加在 city/ 的文件之上。"""
    if context.invoked_subcommand is not None:
        return
    from analysis.record_words import change_words, kind_words
    from pipeline.city_edits import city_edits
    from pipeline.store import open_store

    found = city_edits(open_store(home, load_chosen(city)).decisions)
    rows = [
        {
            "at": edit.at,
            "who": edit.who,
            "act": kind_words(edit.kind),
            "target": edit.target,
            "changes": "；".join(change_words(edit.before, edit.after)),
            "why": edit.why,
        }
        for edit in found
    ]
    emit_rows(rows, COLUMNS, as_json, as_csv, title=f"城市数据的改动：{len(rows)} 处")


@edits_app.command("alias")
def alias(
    unit: Annotated[str, typer.Argument(help="单位。")],
    name: Annotated[str, typer.Argument(help="别称。")],
    who: WhoOption, state: StateOption = "已核对", why: WhyOption = "", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME,
) -> None:  # fmt: skip
    """加、核对或停用一个单位的别称；下次建库起参与打标签。"""
    from analysis.acts.city_names import set_alias

    _edit(
        city, home, at, lambda d, base, when: set_alias(d, base, name, unit, state, who=who, at=when, why=why)
    )


@edits_app.command("account")
def account(
    unit: Annotated[str, typer.Argument(help="单位。")],
    name: Annotated[str, typer.Argument(help="账号名。")],
    forum: Annotated[str, typer.Argument(help="论坛或平台，如 微信；* 为不限。")],
    who: WhoOption, state: StateOption = "在用", why: WhyOption = "", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME,
) -> None:  # fmt: skip
    """登记或停用一个官方账号；下次建库起生效。"""
    from analysis.acts.city_names import set_account

    _edit(
        city, home, at,
        lambda d, base, when: set_account(d, base, name, forum, unit, state, who=who, at=when, why=why),
    )  # fmt: skip


@edits_app.command("rule")
def rule(
    name: Annotated[str | None, typer.Argument(help="规则的名称；不写则列出全部规则。")] = None,
    value: Annotated[str | None, typer.Argument(help="改成什么；空字符串为不设。")] = None,
    who: WhoOption = "", why: WhyOption = "", at: AtOption = None,
    city: CityOption = None, home: HomeOption = HOME, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """列出时限、分值、热点的规则，或改一项；回帖、计分、热点的即时生效。"""
    from analysis.acts.city import set_rule
    from analysis.city_settings import setting_rows

    if name is None or value is None:
        found = [row for row in setting_rows(load_chosen(city, home)) if name in (None, row.setting.name)]
        rows = [
            {
                "name": row.setting.name,
                "label": f"{row.setting.group}：{row.setting.label}",
                "value": row.typed,
            }
            for row in found
        ]
        emit_rows(rows, {"name": "名称", "label": "规则", "value": "现在"}, as_json, False, title="规则")
        return
    _edit(city, home, at, lambda d, base, when: set_rule(d, base, name, value, who=who, at=when, why=why))


def _edit(city: Path | None, home: Path, at: str | None, do: Callable[[Path, Any, Any], Decision]) -> None:
    """Do an edit and say what became of it."""
    from analysis.record_words import change_words
    from pipeline.store import open_store

    base = load_chosen(city)
    edit = do(open_store(home, base).decisions, base, parse_moment(at, city, home))
    typer.echo(f"已记录：{edit.target}，{'；'.join(change_words(edit.before, edit.after))}")
