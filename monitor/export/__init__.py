"""The whole history as files, one a view: what a notebook or another database reads.

All files show the same moment. Rows come through a cursor and go straight to disk, so a million of them take no more memory than a
thousand. A file has its final name when all of them are whole.
"""
