-- Which threads tell of the same matter as the thread $thread_id, the most alike first?
SELECT IF(thread_id = $thread_id, other_id, thread_id) AS thread_id, strength, words
FROM thread_alike
WHERE thread_id = $thread_id OR other_id = $thread_id
ORDER BY strength DESC, 1;
