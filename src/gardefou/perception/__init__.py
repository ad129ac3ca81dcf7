"""Frames to detections: networks, background and the evidence that pixels give.

OpenVINO reports its use to its maker when the package ``openvino_telemetry`` is there, which
``pip`` installs with it. Nothing is reported from here: that package cannot be imported once
perception is, and OpenVINO falls back on its own silent stand-in.
"""

import sys

# None makes every later import of the name an ImportError, which OpenVINO provides for.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
