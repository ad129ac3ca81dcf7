"""Observations to alerts: hysteresis, merging, cool-down; each alert opens and closes once."""
