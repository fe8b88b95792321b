-- When was each of the pages $urls (list) looked at, and what was found, given what was known by $known_by (NULL: now)?
SELECT * FROM presence_at($known_by, $urls) ORDER BY url, fetched_at;
