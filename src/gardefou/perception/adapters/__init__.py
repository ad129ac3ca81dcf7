"""Detector adapters: each reads one family of networks."""
