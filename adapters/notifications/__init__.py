"""Channels by which the hospital tells patients and systems something."""
