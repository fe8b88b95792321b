"""Owns the commands, one module a field of work: arguments and messages; the work is done in the packages."""
