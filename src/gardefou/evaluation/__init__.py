"""Labelled footage to figures."""
