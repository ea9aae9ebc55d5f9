"""WeChat Pay's configuration file: what is wrong in it is named before anything listens."""

from typing import Any

import pytest

from simulators.payments.wechat_pay.configuration import BadConfiguration
from simulators.payments.wechat_pay.simulator import build
from tests.simulators.payments.wechat_pay_account import Account


def test_a_complete_configuration_builds(account: Account) -> None:
    simulator, _ = build(account.config(), 7)
    assert simulator.books()["totals"] == {"paid_count": 0, "paid_fen": 0, "refunded_fen": 0}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"apiv3_key": "short"}, "apiv3_key"),
        ({"mchid": None}, "mchid"),
        ({"merchant_serial": "1234"}, "merchant_serial"),
        ({"platform_certificate_serial": "1234"}, "platform_certificate_serial"),
        ({"response_key": "both"}, "response_key"),
        ({"response_key": "certificate", "platform_certificate_pem": None}, "response_key"),
        ({"fee_rate": 0.006}, "fee_rate"),
        ({"refund_delay_seconds": -1}, "refund_delay_seconds"),
        ({"signature_clock": "sundial"}, "signature_clock"),
        ({"merchant_ballance_fen": 1}, "merchant_ballance_fen"),
    ],
    ids=str,
)
def test_a_wrong_key_is_named(account: Account, changes: dict[str, Any], key: str) -> None:
    with pytest.raises(BadConfiguration, match=key):
        build(account.config(**changes), 7)
