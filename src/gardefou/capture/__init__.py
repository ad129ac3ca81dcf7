"""Packets to frames: sources, stream time, packet ring, privacy masks. Audio ends here."""
