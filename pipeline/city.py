"""Owns the city as data: units, outlets, accounts and rules, read from a folder and checked.

A folder with nothing but a `units.csv` is a city: everything else has a default. The default city stands in
`city/`; `--city DIR` takes another. A `city.yaml` may say `extends: ../other` to inherit missing files.
What people decided of these data lies over the files (pipeline/city_edits.py): `content` gives both together.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from pipeline.city_files import (
    CityError,
    as_mapping,
    check_settings,
    lineage,
    load_mapping,
    load_yaml,
    parse_yaml,
    read_rows,
)
from pipeline.city_files import load_own_yaml as load_own_yaml  # where the taggers ask for it

DEFAULT_CITY = Path(__file__).resolve().parent.parent / "city"


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One 责任单位. Columns as in units.csv; dates of validity are inclusive and may be missing."""

    short: str
    official: str
    kind: str  # 市直, 驻港, 县（市、区）, 园区, 媒体
    parent: str
    aliases: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    named_in_notice: bool = False
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successor: str | None = None  # short name of the unit that took over (机构改革)

    @property
    def is_county(self) -> bool:
        return self.kind.startswith("县")

    @property
    def names(self) -> tuple[str, ...]:
        """All names under which the unit's own data lists it, longest first."""
        return tuple(sorted({self.short, self.official, *self.aliases}, key=lambda n: (-len(n), n)))

    def valid_on(self, day: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An official account of a unit, on a forum or as a source (微博, 微信) of a piece."""

    account: str
    forum: str  # outlet name, or "*" for any
    unit: str


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One website to crawl. A site of a known platform is these few lines, no code."""

    slug: str
    outlet: str  # name of the outlet its pieces appear in
    platform: str  # module of crawlers/platforms
    start: list[str]  # lists, boards, front pages or feeds; {date:%Y-%m/%d} for a paper's days
    level: str = "市级"  # key of points.yaml
    verified: str | None = None  # date on which a person saw `sites check` pass; None: never
    delay: float = 3.0  # seconds between two requests
    # The unit whose own site this is: its own copy is a byline (domain.md, Rulings).
    unit: str | None = None
    hosts: list[str] = []  # further hosts that belong to the site
    encoding: str | None = None  # only where the site lies and the repair fails
    options: dict[str, Any] = {}  # selectors that differ, see the platform's module
    note: str | None = None


class City(msgspec.Struct, kw_only=True, dict=True):
    """A city's data, loaded and checked by `load_city`."""

    folder: Path
    name: str  # 防城港市
    units: list[Unit]
    later: list[
        Unit
    ] = []  # units that came with a later 机构改革 (units-later.csv), each with its valid_from
    sites: list[Site] = []
    accounts: list[Account] = []
    settings: dict[str, Any] = {}  # city.yaml
    # By name, files as the decisions of people on them make them; they stand for those of the folder.
    edited: dict[str, bytes] = {}

    @property
    def stem(self) -> str:
        """The name without 市: 防城港."""
        return self.name.removesuffix("市") or self.name

    @cached_property
    def unit_by_short(self) -> dict[str, Unit]:
        return {unit.short: unit for unit in self.all_units}

    @property
    def all_units(self) -> list[Unit]:
        """The units of the plan's season and those that came later."""
        return [*self.units, *self.later]

    def units_on(self, day: dt.date) -> list[Unit]:
        """The units that there are on a day, of any season."""
        return [unit for unit in self.all_units if unit.valid_on(day)]

    @cached_property
    def site_by_slug(self) -> dict[str, Site]:
        return {site.slug: site for site in self.sites}

    @property
    def folders(self) -> list[Path]:
        """The city's folder and those that it extends, nearest first."""
        return list(lineage(self.folder))

    def file(self, name: str) -> Path | None:
        """The city's own file, or that of the city it extends; None where neither has it."""
        for folder in lineage(self.folder):
            if (folder / name).is_file():
                return folder / name
        return None

    def content(self, name: str) -> bytes | None:
        """The content of one of its files, with what people decided of it; None where there is none."""
        path = self.file(name)
        return self.edited.get(name) or (path.read_bytes() if path is not None else None)

    def data(self, name: str, default: Any = None) -> Any:
        """The content of a YAML file of the city, or of the default city, or `default`."""
        if name in self.edited:
            return parse_yaml(self.edited[name], Path(name))
        path = self.file(name)
        return default if path is None else load_yaml(path)

    def mapping(self, name: str) -> dict[str, Any]:
        """The content of a YAML file of `key: value` lines; {} where the city has none. Raises CityError."""
        return as_mapping(self.data(name), self.file(name) or Path(name))


def load_city(folder: Path | str | None = None, edited: Mapping[str, bytes] | None = None) -> City:
    """Read a city's folder.

    Args:
        edited: files as people's decisions on them make them, which stand for those of the folder.

    Raises:
        CityError: a file is missing or wrong; the message says where and what to mend.
    """
    folder = Path(folder) if folder is not None else DEFAULT_CITY
    if not folder.is_dir():
        raise CityError(f"{folder}: 没有这个城市目录")
    chain = list(lineage(folder))
    settings: dict[str, Any] = {}
    for parent in reversed(chain):
        if (parent / "city.yaml").is_file():
            settings.pop("slug", None)  # where its data lies is each city's own, never inherited
            said = load_mapping(parent / "city.yaml")
            check_settings(said, parent / "city.yaml")
            settings |= said
    edited = dict(edited or {})
    if "city.yaml" in edited:
        settings |= as_mapping(parse_yaml(edited["city.yaml"], folder / "city.yaml"), folder / "city.yaml")
    found = {name: next((p / name for p in chain if (p / name).is_file()), None) for name in _FILES}
    if found["units.csv"] is None:
        raise CityError(f"{folder}: 缺少 units.csv（至少要有列 short, official, kind, parent）")
    units = load_units(found["units.csv"], edited.get("units.csv"))
    name = str(settings.get("name") or _common_parent(units))
    if not re.fullmatch(r"[\w-][\w .-]*", str(settings.get("slug") or "city")):
        raise CityError(
            f"{folder}: city.yaml 的 slug 只能用字母、数字、汉字和 - _ .，不能是 {settings['slug']!r}"
        )
    later = found["units.csv"].with_name("units-later.csv")
    city = City(folder=folder, name=name, units=units, settings=settings, edited=edited)
    if later.is_file() or later.name in edited:
        city.later = load_units(later, edited.get(later.name))
        if later.is_file():
            _check_successors(city)
    if found["outlets.yaml"]:
        city.sites = load_sites(found["outlets.yaml"])
    accounts = found["official-accounts.csv"] or folder / "official-accounts.csv"
    if accounts.is_file() or accounts.name in edited:
        city.accounts = [
            Account(account=row["account"], forum=row.get("forum") or "*", unit=row["unit"])
            for _, row in read_rows(accounts, ("account", "unit"), edited.get(accounts.name))
        ]
    known = city.unit_by_short
    for account in city.accounts:
        if account.unit not in known:
            raise CityError(
                f"official-accounts.csv: 账号“{account.account}”的单位“{account.unit}”不在 units.csv"
            )
    return city


# Landing folders of what is no site: imports, appeals, checks of announcement pages.
RESERVED_SLUGS = frozenset({"import", "appeal", "presence"})
_FILES = ("units.csv", "outlets.yaml", "official-accounts.csv")


def load_units(path: Path, content: bytes | None = None) -> list[Unit]:
    """Read units.csv: columns short, official, kind, parent and, optional, aliases and duties
    (separated by | and 、), named_in_notice (0/1), valid_from, valid_to (YYYY-MM-DD), successor.

    Args:
        content: stands for what is in the file.
    """
    units: list[Unit] = []
    seen: set[str] = set()
    for line, row in read_rows(path, ("short", "official", "kind", "parent"), content):
        short = row["short"].strip()
        if not short or short in seen:
            raise CityError(f"{path}:{line}: 单位简称为空或重复：{short!r}")
        seen.add(short)
        units.append(
            Unit(
                short=short,
                official=(row["official"] or "").strip() or short,
                kind=(row["kind"] or "").strip(),
                parent=(row["parent"] or "").strip(),
                aliases=_split(row.get("aliases"), "|"),
                duties=_split(row.get("duties"), "、"),
                named_in_notice=(row.get("named_in_notice") or "0").strip() == "1",
                valid_from=_date(path, line, row.get("valid_from")),
                valid_to=_date(path, line, row.get("valid_to")),
                successor=(row.get("successor") or "").strip() or None,
            )
        )
    if not units:
        raise CityError(f"{path}: 没有任何单位")
    return units


def _check_successors(city: City) -> None:
    known = [unit.short for unit in city.all_units]
    twice = next((short for short in known if known.count(short) > 1), None)
    if twice:
        raise CityError(f"units-later.csv: 单位“{twice}”在 units.csv 里已有")
    for unit in city.all_units:
        if unit.successor and unit.successor not in known:
            raise CityError(f"units.csv: “{unit.short}”的继任单位“{unit.successor}”不在单位表里")


def load_sites(path: Path) -> list[Site]:
    entries = load_mapping(path).get("sites") or []
    if not isinstance(entries, list):
        raise CityError(f"{path}: sites 应是站点的列表")
    sites: list[Site] = []
    for number, entry in enumerate(entries, 1):
        try:
            site = msgspec.convert(entry, Site)
        except msgspec.ValidationError as error:
            raise CityError(f"{path}: 第 {number} 个站点：{error}") from error
        if site.slug in RESERVED_SLUGS:
            raise CityError(f"{path}: 站点代号 {site.slug} 为系统所用，请换一个")
        if any(site.slug == other.slug for other in sites):
            raise CityError(f"{path}: 站点代号重复：{site.slug}")
        sites.append(site)
    return sites


def _split(text: str | None, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(separator) if part.strip())


def _date(path: Path, line: int, text: str | None) -> dt.date | None:
    if not (text or "").strip():
        return None
    try:
        return dt.date.fromisoformat((text or "").strip())
    except ValueError as error:
        raise CityError(f"{path}:{line}: 日期应写成 2018-11-30，而不是 {text!r}") from error


def _common_parent(units: list[Unit]) -> str:
    found = Counter(unit.parent for unit in units if unit.parent).most_common(1)
    if not found:
        raise CityError("units.csv: parent 列全空，且 city.yaml 没有写 name，不知道是哪个城市")
    return found[0][0]
