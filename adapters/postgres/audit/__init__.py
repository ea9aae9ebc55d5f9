"""Checks a live database against the invariants of DESIGN §8, in one snapshot."""
