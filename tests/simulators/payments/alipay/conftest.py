"""Alipay's simulator as a process, a merchant, and the merchant's callback address."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.simulators.payments.alipay.alipay_account import Account, make_account
from tests.simulators.payments.alipay.alipay_merchant import Merchant
from tests.simulators.payments.mailbox import Mailbox
from tests.simulators.payments.simulator_process import SimulatorProcess, running

StartProcess = Callable[..., SimulatorProcess]


@pytest.fixture(scope="session")
def account() -> Account:
    """One application with all its keys."""
    return make_account()


@pytest.fixture(scope="session")
def start_process(
    account: Account, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartProcess]:
    """Starts a simulator with a configuration of its own; all end with the session."""
    with ExitStack() as stack:

        def start(**changes: object) -> SimulatorProcess:
            folder = tmp_path_factory.mktemp("alipay")
            config = account.config(**changes)  # type: ignore[arg-type]
            return stack.enter_context(running("alipay", config, folder))

        yield start


@pytest.fixture(scope="session")
def session_process(start_process: StartProcess) -> SimulatorProcess:
    """One process in the default configuration."""
    return start_process()


@pytest.fixture
def merchant(
    account: Account, session_process: SimulatorProcess, mailbox: Mailbox
) -> Iterator[Merchant]:
    """A merchant at a simulator with empty books."""
    session_process.reset()
    calling = Merchant(account, session_process, mailbox)
    with calling.client:
        yield calling
