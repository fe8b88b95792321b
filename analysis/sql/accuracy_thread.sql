-- How right was the first unit by rule of the posts that a person handed to a unit (转办) or whose units a person
-- corrected, per unit and month of the newest such decision? Known by $known_by (NULL: now).
WITH said AS (
  SELECT REGEXP_REPLACE(ticket_id, '-\d+$', '') AS thread_id, decided_at, FALSE AS is_corrected
  FROM ticket_move_at(TIMESTAMP '9999-12-31', $known_by)
  WHERE ticket_id LIKE '%-1' AND (kind = 'transfer' OR move = 'hand_over')
  UNION ALL
  SELECT r.thread_id, d.decided_at, TRUE
  FROM decision_at($known_by) AS d
  JOIN thread_ref AS r ON r.ref = d.target
  WHERE d.kind = 'tag_correction' AND json_exists(CAST(d.after_json AS JSON), '$.units')
),
judged AS (
  SELECT t.thread_id, t.unit AS by_person, s.units[1] AS by_rule, MAX(x.decided_at) AS decided_at
  FROM ticket_at(TIMESTAMP '9999-12-31', $known_by) AS t
  JOIN said AS x USING (thread_id)
  JOIN thread AS s USING (thread_id)
  WHERE t.ticket_id LIKE '%-1' AND t.unit IS NOT NULL AND (x.is_corrected OR t.state <> '待研判') -- else taken back
  GROUP BY ALL
),
counted AS (
  SELECT decided_at, by_person AS unit, by_rule IS NOT DISTINCT FROM by_person AS is_right, NOT is_right AS is_missed
  FROM judged
  UNION ALL
  SELECT decided_at, by_rule, FALSE, FALSE FROM judged WHERE by_rule <> by_person
)
SELECT
  STRFTIME(decided_at, '%Y-%m') AS month, unit,
  COUNT(*) FILTER (is_right) AS right_count,
  COUNT(*) FILTER (NOT is_right AND NOT is_missed) AS wrong_count,
  COUNT(*) FILTER (is_missed) AS missed_count
FROM counted
GROUP BY ALL
ORDER BY month, unit;
