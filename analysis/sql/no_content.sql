-- Which sites never had an entry in their lists, given what was known by $known_by (NULL: now)?
SELECT s.slug AS site, s.outlet
FROM site AS s
JOIN (
  SELECT site, ARG_MAX(state, day) AS state
  FROM source_day_at($known_by)
  GROUP BY site
) AS d ON d.site = s.slug
WHERE d.state = 'no_content'
ORDER BY s.slug;
