"""Workers: cameras from packet to alert."""
