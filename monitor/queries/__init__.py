"""Queries of the history that commands, pages and Slack share.

They read the views and return the columns in the views' order. Only what no view shows comes from
the tables: a posting's single places, and the text of an old version for a rule.
"""
