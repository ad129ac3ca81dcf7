"""Detections to tracks: short-lived, one camera, geometry only."""
