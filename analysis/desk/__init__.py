"""Owns the web desk: one module per page in pages/, its template in templates/; no page holds SQL."""
