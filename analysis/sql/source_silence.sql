-- On which days from $start to $end (dates) was which source not readable, given what was known by $known_by?
SELECT s.site, s.day, s.state, s.is_dated
FROM source_day_at($known_by) AS s
WHERE s.day BETWEEN $start AND $end
ORDER BY s.site, s.day;
