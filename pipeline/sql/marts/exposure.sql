-- The exposure ledger: each unit whose shortcoming a piece exposes. Exposed units earn no credit by it.
CREATE OR REPLACE VIEW exposure AS
SELECT
  UNNEST(exposed) AS unit, article_id, story_id, is_first, published_day, outlet, title, url, form, sha256
FROM article
WHERE LEN(exposed) > 0;
