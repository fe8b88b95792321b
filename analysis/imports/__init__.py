"""Owns what no crawler sees: tables of boards, meetings, measures, broadcasts and posts people hand in."""
