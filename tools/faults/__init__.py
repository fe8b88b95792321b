"""Faults injected at random moments into the real command line, and what must hold after each."""
