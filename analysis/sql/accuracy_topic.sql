-- How right were topics by rule, per topic that a person said and month of the decision? Known by $known_by (NULL: now).
SELECT
  STRFTIME(x.decided_at, '%Y-%m') AS month, COALESCE(f.topic, '无') AS topic,
  COUNT(*) FILTER (t.topic IS NOT DISTINCT FROM f.topic) AS right_count,
  COUNT(*) FILTER (t.topic IS DISTINCT FROM f.topic) AS wrong_count
FROM (
  SELECT r.article_id, MAX(d.decided_at) AS decided_at
  FROM decision_at($known_by) AS d
  JOIN article_ref AS r ON r.ref = d.target
  WHERE d.kind = 'tag_correction' AND json_exists(CAST(d.after_json AS JSON), '$.topic')
  GROUP BY r.article_id
) AS x
JOIN article_fact_at($known_by) AS f USING (article_id)
JOIN article_tag AS t USING (article_id, content_hash)
GROUP BY ALL
ORDER BY month, topic;
