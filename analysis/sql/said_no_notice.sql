-- Of which articles $targets (ids, addresses) did a person say that they are no 公告, known by $known_by (NULL: now)?
SELECT target FROM correction_at($known_by)
WHERE key = 'form' AND value_json <> '"公告"' AND target IN (SELECT UNNEST(CAST($targets AS VARCHAR[])))
ORDER BY target;
