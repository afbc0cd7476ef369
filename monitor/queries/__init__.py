"""The history questions that commands and messages share.

They read the views of `views.py` and hand on their columns in the views' order; only what no view
shows (a posting's single places, the text of an old version for a rule) comes from the tables.
"""
