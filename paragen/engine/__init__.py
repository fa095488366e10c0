"""Plays tournaments: the one place where threads, clocks and pools meet the pure floors."""
