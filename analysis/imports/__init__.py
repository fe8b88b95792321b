"""Owns what no crawler sees: tables of boards, meetings, broadcasts and posts that people hand in."""
