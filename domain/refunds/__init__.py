"""Giving money back (退款): along the route it came, or at a window, never twice."""
