-- Up to which byte was each landing file loaded? What lies beyond was captured later.
SELECT file, end_offset FROM consumed ORDER BY file;
