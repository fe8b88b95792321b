"""A day in the life, for hours: a city that changes, a desk on which people work, and what must not drift."""
