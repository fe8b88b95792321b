-- What people corrected on an article or thread, known at a moment: per target and key the newest value, and the place of
-- its decision in their order. target is an article's or thread's id, or an address: one has several.
CREATE OR REPLACE MACRO correction_at(known_by) AS TABLE
SELECT target, key, ARG_MAX(value_json, number_in_order) AS value_json, MAX(number_in_order) AS number_in_order
FROM decision_value
WHERE kind = 'tag_correction' AND (known_by IS NULL OR decided_at <= known_by)
GROUP BY target, key;
