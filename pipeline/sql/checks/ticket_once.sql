-- A ticket stands at any moment in one way, and has a known unit, or none yet.
SELECT thread_id, number FROM ticket_span
QUALIFY since_at < LAG(until_at) OVER (PARTITION BY thread_id, number ORDER BY since_at)
UNION ALL
SELECT thread_id, number FROM ticket_span AS t ANTI JOIN unit AS u ON u.short = t.unit WHERE t.unit IS NOT NULL;
