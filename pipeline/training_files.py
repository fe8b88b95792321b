"""Owns the names of the files in which people's corrections go from the warehouse to the training."""

ARTICLES, THREADS = "articles-corrected.jsonl", "threads-corrected.jsonl"
