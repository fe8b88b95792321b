-- What people corrected on threads, known at a moment: per thread the newest value of each key as JSON, NULL where
-- nobody corrected it.
CREATE OR REPLACE MACRO thread_correction_at(known_by) AS TABLE
SELECT
  r.thread_id,
  ARG_MAX(value_json, number_in_order) FILTER (key = 'kind') AS kind,
  ARG_MAX(value_json, number_in_order) FILTER (key = 'urgency') AS urgency,
  ARG_MAX(value_json, number_in_order) FILTER (key = 'sentiment') AS sentiment,
  ARG_MAX(value_json, number_in_order) FILTER (key = 'needs_reply') AS needs_reply,
  ARG_MAX(value_json, number_in_order) FILTER (key = 'units') AS units
FROM correction_at(known_by) AS c
JOIN thread_ref AS r ON r.ref = c.target
GROUP BY r.thread_id;
