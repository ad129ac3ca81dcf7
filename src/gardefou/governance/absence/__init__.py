"""Proofs of absence: each refused capability is looked for where it would have to stand."""
