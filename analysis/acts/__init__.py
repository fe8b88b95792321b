"""Owns what people do: each act checks against the present state and then appends one decision."""
