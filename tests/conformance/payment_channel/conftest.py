"""Runs every case on every channel: ours, and a stranger's named in the environment."""

import importlib
import os
from collections.abc import AsyncIterator

import pytest

from tests.conformance.payment_channel.cashier import Cashier
from tests.conformance.payment_channel.world import OpensOutside, Outside, World

OUTSIDES = {
    channel: f"tests.conformance.payment_channel.{channel}_world:open_outside"
    for channel in ("alipay", "wechat_pay")
}
if stranger := os.environ.get("MEDSETTLE_PAYMENT_CHANNEL_WORLD"):
    OUTSIDES["stranger"] = stranger


@pytest.fixture(scope="session", params=sorted(OUTSIDES))
async def outside(request: pytest.FixtureRequest) -> AsyncIterator[Outside]:
    """The channel's outside, started once."""
    module, _, function = OUTSIDES[request.param].partition(":")
    opens: OpensOutside = getattr(importlib.import_module(module), function)
    async with opens() as running:
        yield running


@pytest.fixture
async def world(outside: Outside) -> AsyncIterator[World]:
    """An empty world. A trouble that was asked for and never came fails the test."""
    async with outside.begin() as fresh:
        yield fresh
        assert await fresh.troubles_left() == []


@pytest.fixture
def cashier(world: World) -> Cashier:
    """Who opens orders there."""
    return Cashier(world)
