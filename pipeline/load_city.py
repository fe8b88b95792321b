"""Owns the city's tables in the warehouse: units, sites, official accounts, outlet classes, the plan."""

from __future__ import annotations

import msgspec

from pipeline.city import City
from pipeline.load_plan import load_plan
from pipeline.privacy import pseudonym
from pipeline.warehouse import Warehouse


def load_city_tables(warehouse: Warehouse, city: City, salt: bytes) -> None:
    """Fill the tables that hold the city's data; they are read anew by every build."""
    plan = load_plan(city)
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
            for position, u in enumerate(city.units)
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
    own = {s.outlet for s in city.sites if s.unit}
    outlets = {outlet for (outlet,) in warehouse.rows("SELECT DISTINCT outlet FROM article_version")}
    warehouse.replace(
        "outlet_class",
        [
            {"outlet": o, "class": classes(o) or ("unit_site" if o in own else None)}
            for o in sorted(outlets | {s.outlet for s in city.sites})
        ],
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
