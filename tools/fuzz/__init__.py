"""Hostile text for every parser, tagger and reader of the program, and its regular expressions under load."""
