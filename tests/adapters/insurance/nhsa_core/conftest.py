"""A core that says what the test tells it to, on a real socket, and keeps what it was sent."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.insurance.nhsa_core.scripted_core import ScriptedCore


@pytest.fixture
async def core() -> AsyncIterator[ScriptedCore]:
    """A listening core and an adapter for it."""
    scripted = ScriptedCore()
    await scripted.start()
    yield scripted
    await scripted.stop()
