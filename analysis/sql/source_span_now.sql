-- From when to when was each site looked at, by what is known now? NULL: never. As source_span.sql.
SELECT s.slug AS site, s.outlet, s.outlet_class, s.unit, d.first_day, d.last_day, d.is_dated, d.read_from
FROM site AS s
LEFT JOIN (
  SELECT site, MIN(day) AS first_day, MAX(day) AS last_day, BOOL_OR(is_dated) AS is_dated, MIN(read_from) AS read_from
  FROM source_day_now
  GROUP BY site
) AS d ON d.site = s.slug
ORDER BY s.slug;
