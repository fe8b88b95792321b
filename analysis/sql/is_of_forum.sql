-- Does a page of the site $site (scheme and host of an address) lie in a forum that was crawled?
SELECT COUNT(*) > 0 AS is_forum
FROM thread_page_version
WHERE STARTS_WITH(url, REPLACE($site, 'https://', 'http://') || '/')
  OR STARTS_WITH(url, REPLACE($site, 'http://', 'https://') || '/');
