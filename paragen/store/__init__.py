"""The history: every tournament played on this machine, in one SQLite file.

Nothing is imported here, so that reading the history loads no more than sqlite3.
"""
