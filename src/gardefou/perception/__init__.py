"""Frames to detections: networks, background and the evidence that pixels give."""
