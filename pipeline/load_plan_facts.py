"""Owns the tables of the articles as the plan's verdicts need them, brought up to date story by story."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pipeline.load_plan import Plan
from pipeline.plan_count import Piece, facts_left, pieces
from pipeline.plan_match import Credited, Fact, all_words, fact_of, first_day, matched
from pipeline.warehouse import Warehouse

BATCH = 5000
_READ = ("article_now", "article_version", "article_tag", "article_credit_tag", "article_reprint")
# What people said of which story an article tells, now and before. They are few: their articles are looked up
# by name, not the names of all articles.
_SAID = """
CREATE OR REPLACE TEMP TABLE said AS
WITH told AS (
  SELECT target AS ref, value_json ->> '$' AS story_id FROM decision_value
  WHERE kind = 'tag_correction' AND key = 'reprint_of'
  UNION SELECT target, story_id FROM said_before
)
SELECT n.article_id, told.story_id FROM told JOIN article_now AS n ON n.article_id = told.ref
UNION
SELECT v.article_id, told.story_id FROM told JOIN article_version AS v ON v.url = told.ref
"""
# What hangs together with the articles that changed, by whose reprint an article is: by the rules, now and
# before, by people, ever. Each may be the first of a story, and may tell another's.
_NEAR = """
WITH RECURSIVE told AS (
  SELECT article_id, story_id FROM said
  UNION SELECT article_id, UNNEST([story_id, first_id]) FROM article_reprint
  UNION SELECT article_id, UNNEST([story_id, first_id]) FROM reprint_before
  UNION SELECT article_id, story_id FROM plan_fact
),
link AS MATERIALIZED (
  SELECT article_id AS one, story_id AS other FROM told WHERE story_id IS NOT NULL
  UNION ALL
  SELECT story_id, article_id FROM told WHERE story_id IS NOT NULL
),
near AS (
  SELECT ref FROM changed
  UNION
  SELECT link.other FROM near JOIN link ON link.one = near.ref
)
SELECT ref FROM near
"""


def hold_reprints(warehouse: Warehouse) -> None:
    """Remember which stories the last edition knew, by the rules and by people, before those of now are
    found and what people decided is loaded."""
    warehouse.rows(
        "CREATE OR REPLACE TEMP TABLE reprint_before AS "
        "SELECT article_id, story_id, first_id FROM article_reprint"
    )
    warehouse.rows(
        "CREATE OR REPLACE TEMP TABLE said_before AS SELECT target, value_json ->> '$' AS story_id "
        "FROM decision_value WHERE kind = 'tag_correction' AND key = 'reprint_of'"
    )


def refresh_plan_facts(
    warehouse: Warehouse,
    plan: Plan | None,
    articles: Collection[str] | None = None,
    targets: Collection[str] = (),
) -> None:
    """Bring the tables up to date. All other tables of the articles and of the record must be.

    Args:
        articles: ids of those that had a new line; None makes the tables anew.
        targets: of decisions that came since.
    """
    if plan is None or articles is None:
        warehouse.rows("DELETE FROM plan_fact")
        warehouse.rows("DELETE FROM plan_piece")
        if plan is not None:
            _fill(warehouse, plan, "TRUE")
            _count(warehouse, plan, "TRUE")
    else:
        _refresh(warehouse, plan, articles, targets)
    warehouse.rows("DELETE FROM plan_total")
    warehouse.rows(
        "INSERT INTO plan_total BY NAME SELECT task, owner, item, SUM(number) AS total FROM plan_piece "
        "GROUP BY ALL ORDER BY ALL"
    )
    # Every page of the announcement may have been looked at again.
    urls = warehouse.rows(
        "SELECT DISTINCT url FROM plan_fact WHERE form = '公告' AND title_words <> '' ORDER BY url"
    )
    warehouse.rows("DELETE FROM presence_now")
    if urls:
        warehouse.rows(
            "INSERT INTO presence_now BY NAME SELECT * FROM presence_at(NULL, $1) ORDER BY url, fetched_at",
            [[url for (url,) in urls]],
        )


def _refresh(warehouse: Warehouse, plan: Plan, articles: Collection[str], targets: Collection[str]) -> None:
    changed = warehouse.rows(
        "SELECT COALESCE(n.article_id, b.article_id) FROM article_reprint AS n "
        "FULL JOIN reprint_before AS b USING (article_id) "
        "WHERE n.story_id IS DISTINCT FROM b.story_id OR n.first_id IS DISTINCT FROM b.first_id"
    )
    if targets:
        warehouse.hold("todo", "ref", sorted(targets))
        changed += warehouse.rows("SELECT article_id FROM article_ref SEMI JOIN todo USING (ref)")
    ids = {*articles, *(article for (article,) in changed)}
    if not ids:
        return
    warehouse.hold("changed", "ref", sorted(ids))
    warehouse.rows(_SAID)
    stories = sorted(story for (story,) in warehouse.rows(_NEAR))
    warehouse.hold("story", "ref", stories)
    warehouse.rows("DELETE FROM plan_fact WHERE COALESCE(story_id, article_id) IN (SELECT ref FROM story)")
    with warehouse.narrowed("article_id", stories, _READ):
        _fill(warehouse, plan, "story_id IN (SELECT ref FROM story)")
    warehouse.rows("DELETE FROM plan_piece WHERE story_id IN (SELECT ref FROM story)")
    _count(warehouse, plan, "COALESCE(story_id, article_id) IN (SELECT ref FROM story)")


def _fill(warehouse: Warehouse, plan: Plan, which: str) -> None:
    credits: dict[str, dict[str, Credited]] = {}
    for article, unit, role in warehouse.rows(
        "SELECT c.article_id, c.unit, c.role FROM article_credit_at(NULL) AS c "
        "SEMI JOIN (SELECT article_id FROM article_now WHERE published_day >= $1) AS a USING (article_id) "
        "ORDER BY ALL",
        [first_day(plan)],
    ):
        credits.setdefault(article, {})[unit] = Credited(unit, role, "", None, "", 0.0)
    words = ", ".join(_quoted(word) for word in all_words(plan))
    found = warehouse.records(
        f"SELECT * FROM plan_fact_at(NULL, [{words}]) "  # noqa: S608 - quoted
        f"WHERE published_day >= DATE '{first_day(plan)}' AND {which} ORDER BY published_at, article_id",
        BATCH,
    )
    made: list[dict[str, Any]] = []
    for rows in found:
        facts = [fact_of(row, plan, credits.get(row["article_id"], {})) for row in rows]
        made += _rows(plan, facts)
    made.sort(key=lambda row: row["url"] is None)  # those that are told lie together
    for start in range(0, len(made), BATCH):
        warehouse.insert("plan_fact", made[start : start + BATCH])


def _count(warehouse: Warehouse, plan: Plan, which: str) -> None:
    """What stories count, of the rows that were made of their articles."""
    columns: dict[str, list[Any]] = {}
    for rows in warehouse.records(
        f"SELECT * FROM plan_fact WHERE {which} ORDER BY published_at, article_id",  # noqa: S608
        BATCH,
    ):
        for name in rows[0] if rows else ():
            columns.setdefault(name, []).extend(row[name] for row in rows)
    found = sorted(pieces(plan, facts_left(columns))) if columns else []
    for start in range(0, len(found), BATCH):
        batch = zip(*found[start : start + BATCH], strict=True)
        warehouse.insert_columns("plan_piece", dict(zip(Piece._fields, batch, strict=True)))


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _rows(plan: Plan, facts: list[Fact]) -> list[dict[str, Any]]:
    tasks: dict[str, list[str]] = {}
    told: set[str] = set()  # whose title and address a verdict says
    for task in plan.tasks:
        for fact in matched(task, facts):
            tasks.setdefault(fact.article_id, []).append(task.id)
            if task.kind == "exposure_gate" or (task.kind == "editor_note" and not fact.has_editor_note):
                told.add(fact.article_id)
    announced = {word for t in plan.tasks if t.kind == "announcement_presence" for word in t.title_words}
    rows = []
    for fact in facts:
        is_told = fact.article_id in told or not fact.title_words.isdisjoint(announced)
        rows.append(
            {
                "article_id": fact.article_id,
                "story_id": fact.story_id if fact.story_id != fact.article_id else None,
                "published_at": fact.published_at,
                "outlet": fact.outlet,
                "outlet_class": fact.outlet_class,
                "level": fact.level,
                "page": fact.page,
                "is_lead": fact.is_lead,
                "has_leader_note": fact.has_leader_note,
                "has_editor_note": fact.has_editor_note,
                "topic": fact.topic,
                "indicator": fact.indicator,
                "form": fact.form,
                "words": "\n".join(sorted(fact.words - {""})),
                "tasks": "\n".join(tasks.get(fact.article_id, [])),
                "credits": "\n".join(f"{unit}/{credit.role}" for unit, credit in fact.credits.items()),
                "title": fact.title if is_told else None,
                "title_words": "\n".join(sorted(fact.title_words - {""})) if is_told else None,
                "url": fact.url if is_told else None,
                "site_unit": fact.site_unit if is_told else None,
            }
        )
    return rows
