"""Scenes to observations: one module a situation, pure state machines, no pixels, no I/O."""
