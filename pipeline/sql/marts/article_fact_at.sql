-- Each article known at a moment (NULL: now): its newest text's tags, corrected by people, its story.
-- story_id: the first publication that it retells, or itself; a reprint of a reprint tells the first one's story,
-- whether rules or people said so. Where they say so in a circle, the newest word tells which is the first.
-- is_first: the earliest known copy of the story.
CREATE OR REPLACE MACRO article_fact_at(known_by) AS TABLE
WITH RECURSIVE fix AS (
  SELECT
    r.article_id,
    ARG_MAX(value_json, number_in_order) FILTER (key = 'topic') AS topic,
    ARG_MAX(value_json, number_in_order) FILTER (key = 'indicator') AS indicator,
    ARG_MAX(value_json, number_in_order) FILTER (key = 'form') AS form,
    ARG_MAX(value_json, number_in_order) FILTER (key = 'sentiment') AS sentiment,
    ARG_MAX(value_json, number_in_order) FILTER (key = 'has_editor_note') AS has_editor_note,
    ARG_MAX(value_json, number_in_order) FILTER (key = 'plan_column') AS plan_column,
    ARG_MAX(value_json, number_in_order) FILTER (key = 'exposed') AS exposed,
    ARG_MAX(value_json, number_in_order) FILTER (key = 'reprint_of') AS reprint_of,
    MAX(number_in_order) FILTER (key = 'reprint_of') AS reprint_number
  FROM correction_at(known_by) AS c
  JOIN article_ref AS r ON r.ref = c.target
  GROUP BY r.article_id
),
-- What people said of whose reprint an article is; itself: of none.
said AS MATERIALIZED (
  SELECT article_id, COALESCE(reprint_of ->> '$', article_id) AS first_id, reprint_number AS number
  FROM fix WHERE reprint_of IS NOT NULL
),
-- Only stories of which people said something have to be followed; the build has followed the rules.
step AS MATERIALIZED (
  SELECT article_id, first_id, number FROM said WHERE first_id <> article_id
  UNION ALL
  SELECT article_id, first_id, -1 FROM article_reprint ANTI JOIN said USING (article_id)
  WHERE EXISTS (FROM said)
),
-- From each article of these stories step by step to the end, or once round a circle.
walk AS (
  SELECT article_id, [article_id] AS path, [{'number': -1, 'article_id': article_id}] AS steps
  FROM (
    SELECT article_id FROM said
    UNION
    SELECT article_id FROM article_reprint
    WHERE story_id IN (
      SELECT article_id FROM said UNION ALL SELECT story_id FROM article_reprint SEMI JOIN said USING (article_id)
    )
  )
  UNION ALL
  SELECT
    w.article_id, LIST_APPEND(w.path, s.first_id),
    LIST_APPEND(w.steps, {'number': s.number, 'article_id': s.first_id})
  FROM walk AS w
  JOIN step AS s ON s.article_id = w.path[-1]
  WHERE LEN(LIST_DISTINCT(w.path)) = LEN(w.path)
),
-- The end; of a circle, the article to which its newest step leads.
followed AS (
  SELECT
    article_id, COALESCE(LIST_MAX(steps[LIST_POSITION(path, path[-1]) + 1:]).article_id, path[-1]) AS story_id
  FROM walk
  QUALIFY ROW_NUMBER() OVER (PARTITION BY article_id ORDER BY LEN(path) DESC) = 1
),
-- Which story each article tells. Few columns: this is asked of all articles, whatever the question is about.
told AS MATERIALIZED (
  SELECT
    a.article_id, a.published_at, a.published_day, a.first_captured_at,
    COALESCE(f.story_id, r.story_id, a.article_id) AS story_id,
    r.why AS reprint_why
  FROM article_at(known_by) AS a
  LEFT JOIN followed AS f USING (article_id)
  LEFT JOIN article_reprint AS r USING (article_id)
),
story AS (
  SELECT
    story_id, COUNT(*) AS copy_count,
    ARG_MIN({'day': published_day, 'article_id': article_id}, (
      published_at IS NULL, published_at, first_captured_at IS NULL, first_captured_at, article_id
    )) AS first
  FROM told
  WHERE story_id IN (SELECT story_id FROM told WHERE story_id <> article_id)
  GROUP BY story_id
)
SELECT
  a.article_id, a.content_hash, a.outlet, o.class AS outlet_class, a.site,
  COALESCE(s.unit, o.unit) AS site_unit, COALESCE(s.level, o.level) AS level,
  a.url, a.title, a.page, a.is_lead, a.column_name, a.published_at, a.published_day,
  a.captured_at, a.file, a.end_offset, a.first_captured_at, a.version_count, a.sha256,
  CASE WHEN f.topic IS NULL THEN t.topic ELSE f.topic ->> '$' END AS topic,
  CASE WHEN f.indicator IS NULL THEN t.indicator ELSE f.indicator ->> '$' END AS indicator,
  CASE WHEN f.form IS NULL THEN t.form ELSE f.form ->> '$' END AS form,
  CASE WHEN f.sentiment IS NULL THEN t.sentiment ELSE f.sentiment ->> '$' END AS sentiment,
  CASE WHEN f.has_editor_note IS NULL THEN t.has_editor_note ELSE f.has_editor_note = 'true' END
    AS has_editor_note,
  CASE WHEN f.plan_column IS NULL THEN t.is_plan_column ELSE f.plan_column = 'true' END AS is_plan_column,
  CASE WHEN f.exposed IS NULL THEN t.exposed ELSE from_json(f.exposed, '["VARCHAR"]') END AS exposed,
  w.story_id, w.reprint_why,
  CASE WHEN y.story_id IS NULL THEN a.published_day ELSE y.first.day END AS story_first_day,
  y.story_id IS NULL OR y.first.article_id = a.article_id AS is_first,
  COALESCE(y.copy_count, 1) AS copy_count
FROM article_at(known_by) AS a
JOIN told AS w USING (article_id)
JOIN article_tag AS t USING (article_id, content_hash)
LEFT JOIN fix AS f USING (article_id)
LEFT JOIN outlet_class AS o ON o.outlet = a.outlet
LEFT JOIN site AS s ON s.slug = a.site
LEFT JOIN story AS y ON y.story_id = w.story_id;
