-- What was the mood of each thread as its opening post stood, opened up to $as_of (date), and whose is it?
-- opened_at: of the opening post. unit: the first responsible one, NULL where none.
SELECT s.thread_id, t.forum, s.cut_at AS opened_at, s.kind, s.sentiment, s.urgency, s.units[1] AS unit
FROM thread_state AS s
JOIN thread_at(NULL) AS t USING (thread_id)
WHERE CAST(s.cut_at AS DATE) <= $as_of
QUALIFY ROW_NUMBER() OVER (PARTITION BY s.thread_id ORDER BY s.cut_floor) = 1
ORDER BY opened_at, s.thread_id;
