"""The web room: the application a browser talks to, and the operator's desk it serves."""
