"""Tracks to aggregate counts: how many pass a line, never who."""
