"""WeChat Pay's simulator as a process, a merchant, and the merchant's callback address."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date

import pytest

from tests.simulators.payments.mailbox import Mailbox, open_mailbox
from tests.simulators.payments.simulator_process import SimulatorProcess, running
from tests.simulators.payments.wechat_pay_account import Account, make_account
from tests.simulators.payments.wechat_pay_days import do_business
from tests.simulators.payments.wechat_pay_merchant import Merchant

StartMerchant = Callable[..., Merchant]


@pytest.fixture(scope="session")
def account() -> Account:
    """One merchant account with all its keys."""
    return make_account()


@pytest.fixture(scope="session")
def session_process(
    account: Account, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimulatorProcess]:
    """One process in the default configuration; refunds end only by the control act."""
    folder = tmp_path_factory.mktemp("wechat_pay")
    with running("wechat_pay", account.config(refund_delay_seconds=None), folder) as process:
        process.ready["folder"] = str(folder)
        yield process


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """The merchant's notify_url."""
    with open_mailbox() as opened:
        yield opened


@pytest.fixture
def merchant(
    account: Account, session_process: SimulatorProcess, mailbox: Mailbox
) -> Iterator[Merchant]:
    """A merchant at a simulator with empty books."""
    session_process.reset()
    calling = Merchant(account, session_process, mailbox)
    with calling.client:
        yield calling


@pytest.fixture
def day(merchant: Merchant) -> date:
    """A day on which business was done at the simulator."""
    return do_business(merchant)


@pytest.fixture
def start_merchant(
    account: Account, tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox
) -> Iterator[StartMerchant]:
    """Starts a simulator of its own with a changed configuration."""
    with ExitStack() as stack:

        def start(**changes: object) -> Merchant:
            folder = tmp_path_factory.mktemp("wechat_pay")
            config = account.config(**changes)
            process = stack.enter_context(running("wechat_pay", config, folder))
            process.ready["folder"] = str(folder)
            calling = Merchant(account, process, mailbox)
            stack.enter_context(calling.client)
            return calling

        yield start
