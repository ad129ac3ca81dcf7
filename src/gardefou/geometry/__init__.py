"""Boxes, polygons and the classes of things: plain numbers, the ground floor of the house."""
