"""One file a page: what is asked, and what its template shows."""
