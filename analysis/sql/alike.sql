-- Which of the threads in $threads tell of the same matter, pair by pair?
SELECT thread_id, other_id, strength, words
FROM thread_alike
WHERE LIST_CONTAINS($threads, thread_id) AND LIST_CONTAINS($threads, other_id)
ORDER BY strength DESC, thread_id, other_id;
