"""Owns the city's tables in the warehouse: units, sites, official accounts, outlet classes, the plan."""

from __future__ import annotations

import msgspec

from pipeline.city import City
from pipeline.load_plan import Plan
from pipeline.privacy import pseudonym
from pipeline.warehouse import Warehouse


def load_city_tables(warehouse: Warehouse, city: City, plan: Plan | None, salt: bytes) -> None:
    """Fill the tables that hold the city's data; they are read anew by every build."""
    classes = plan.outlet_class if plan else lambda outlet: None
    warehouse.replace(
        "unit",
        [
            {
                "short": u.short,
                "official": u.official,
                "kind": u.kind,
                "parent": u.parent or None,
                "is_county": u.is_county,
                "is_named_in_notice": u.named_in_notice,
                "valid_from": u.valid_from,
                "valid_to": u.valid_to,
                "successor": u.successor,
                "position": position,
            }
            for position, u in enumerate(city.all_units)
        ],
    )
    warehouse.replace(
        "site",
        [
            {
                "slug": s.slug,
                "outlet": s.outlet,
                "outlet_class": classes(s.outlet) or ("unit_site" if s.unit else None),
                "platform": s.platform,
                "level": s.level,
                "unit": s.unit,
            }
            for s in city.sites
        ],
    )
    warehouse.replace(
        "official_account",
        [
            {"forum": a.forum, "account": a.account, "pseudonym": pseudonym(a.account, salt), "unit": a.unit}
            for a in city.accounts
        ],
    )
    outlets = {outlet for (outlet,) in warehouse.rows("SELECT DISTINCT outlet FROM article_version")}
    warehouse.replace(
        "outlet_class", [_outlet_row(city, plan, o) for o in sorted(outlets | {s.outlet for s in city.sites})]
    )
    tasks = plan.tasks if plan else []
    warehouse.replace(
        "plan_task",
        [
            {
                "task": t.id,
                "paragraph": t.paragraph,
                "title": t.title,
                "kind": t.kind,
                "scope": t.scope,
                "window_start": t.window.start,
                "window_end": t.window.end,
                "quota": t.quota,
                "proof_by": t.proof.by if t.proof else None,
                "task_json": msgspec.json.encode(t, order="deterministic").decode(),
                "position": position,
            }
            for position, t in enumerate(tasks)
        ],
    )
    warehouse.replace(
        "plan_task_unit",
        [{"task": t.id, "unit": unit} for t in tasks for unit in (plan.members[t.id] if plan else [])],
    )


def _outlet_row(city: City, plan: Plan | None, outlet: str) -> dict[str, str | None]:
    """An outlet's class, level and owner: of its sites, else as the plan says, else as its name does
    (单位网站:市水利局)."""
    sites = [site for site in city.sites if site.outlet == outlet]
    owners = {site.unit for site in sites if site.unit}
    name = (plan.outlet_class(outlet) if plan else None) or ("unit_site" if owners else None)
    if not sites and name == "unit_site" and (owner := outlet.partition(":")[2]) in city.unit_by_short:
        owners = {owner}
    levels = {site.level for site in sites}
    entry = plan.outlets.get(name) if plan and name else None
    return {
        "outlet": outlet,
        "class": name,
        "level": levels.pop() if len(levels) == 1 else entry.level if entry else None,
        "unit": owners.pop() if len(owners) == 1 else None,
    }
