-- What people corrected on threads, known at a moment: per thread the newest value of each key as JSON, NULL where
-- nobody corrected it.
CREATE OR REPLACE MACRO thread_correction_at(known_by) AS TABLE
SELECT
  r.thread_id,
  MAX(value_json) FILTER (key = 'kind') AS kind,
  MAX(value_json) FILTER (key = 'urgency') AS urgency,
  MAX(value_json) FILTER (key = 'sentiment') AS sentiment,
  MAX(value_json) FILTER (key = 'needs_reply') AS needs_reply,
  MAX(value_json) FILTER (key = 'units') AS units
FROM correction_at(known_by) AS c
JOIN thread_ref AS r ON r.ref = c.target
GROUP BY r.thread_id;
