-- What counts as consumed is what was loaded, to the byte.
SELECT c.file, c.end_offset, MAX(p.end_offset) AS loaded_offset
FROM consumed AS c LEFT JOIN page_fetch AS p USING (file)
GROUP BY c.file, c.end_offset HAVING MAX(p.end_offset) IS DISTINCT FROM c.end_offset;
