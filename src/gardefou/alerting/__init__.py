"""Observations to alerts: hysteresis, merging, cool-down; every alert opens once and closes once."""
