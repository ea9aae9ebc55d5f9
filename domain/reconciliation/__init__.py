"""Comparing our books with everybody else's (对账)."""
