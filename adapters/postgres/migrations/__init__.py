"""Alembic's revisions, oldest first in versions/. pyproject.toml points here; no alembic.ini."""
