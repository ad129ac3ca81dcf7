"""Packets to evidence: masked, heads blurred, made only when an alert opens."""
