-- Before its newest captures a thread stood in one way at a time, and what is told of then belongs to one span.
SELECT thread_id, until_at FROM thread_past
QUALIFY since_at IS DISTINCT FROM LAG(until_at) OVER (PARTITION BY thread_id ORDER BY until_at)
UNION ALL
SELECT thread_id, until_at FROM thread_state_past GROUP BY thread_id, until_at, cut_floor HAVING COUNT(*) > 1
UNION ALL
SELECT thread_id, until_at FROM thread_floor_past GROUP BY thread_id, until_at, floor HAVING COUNT(*) > 1
UNION ALL
SELECT thread_id, until_at FROM thread_call_past GROUP BY thread_id, until_at, number HAVING COUNT(*) > 1
UNION ALL
SELECT thread_id, until_at FROM (
  SELECT thread_id, until_at FROM thread_state_past
  UNION ALL SELECT thread_id, until_at FROM thread_floor_past
  UNION ALL SELECT thread_id, until_at FROM thread_call_past
) ANTI JOIN thread_past USING (thread_id, until_at);
