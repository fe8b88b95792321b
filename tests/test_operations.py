"""What the operators' pages say to type is there: commands, options, files, links."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from gangqing import app

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = ["operations.md", "operations.zh.md", "handbook.zh.md"]


def _typed(page: str) -> list[list[str]]:
    text = (DOCS / page).read_text("utf-8")
    lines = [*re.findall(r"`(gangqing [^`\n]+)`", text), *re.findall(r"^gangqing .+$", text, re.M)]
    return [line.split("#")[0].split()[1:] for line in lines]


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_their_options_exist(page: str) -> None:
    typed = _typed(page)
    assert typed
    for words in typed:
        command = get_command(app)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert not hasattr(command, "commands") or not words or words[0].startswith("-"), words
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        wanted = [word.strip("[]") for word in words if word.lstrip("[").startswith("--")]
        assert [word for word in wanted if word not in options] == [], (page, command.name)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    links = re.findall(r"\]\(([\w./-]+)\)", (DOCS / page).read_text("utf-8"))
    assert [link for link in links if not (DOCS / link).is_file()] == []


def test_which_commands_take_no_home_is_said() -> None:
    def without(command: object, path: list[str]) -> list[str]:
        inner = getattr(command, "commands", {})
        if inner:
            return [found for name, each in inner.items() for found in without(each, [*path, name])]
        takes = any("--home" in parameter.opts for parameter in getattr(command, "params", []))
        return [] if takes else [" ".join(path)]

    text = re.sub(r"\s+", "", (DOCS / "operations.zh.md").read_text("utf-8"))
    said = re.search(r"（([^（）]*)不用数据，没有`--home`）", text)
    assert said
    named = sorted(re.findall(r"`([^`]+)`", said[1]))
    assert named == sorted(name.replace(" ", "") for name in without(get_command(app), []))
