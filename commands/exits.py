"""Owns the exit codes beside the usual 0, 1 and 2: what a shell tells of a program that a signal ended."""

from __future__ import annotations

import signal

INTERRUPTED = 128 + signal.SIGINT  # Ctrl-C
UNREAD = 128 + signal.SIGPIPE  # who was to read the output is gone, as `head` is after its lines
