"""Credentials that cannot work are refused when they are given, naming what is wrong."""

import dataclasses

import pytest

from adapters.payments.alipay.credentials import AlipayCredentials
from adapters.payments.alipay.signatures import AlipayKeys, AppKey
from tests.adapters.payments.alipay.parties import parties


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"app_id": ""}, "app_id"),
        ({"seller_id": ""}, "seller_id"),
        ({"alipay_public_key": ""}, "must be given"),
        ({"app_certificate": "x"}, "belong together"),
    ],
)
def test_incomplete_credentials_are_refused(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(parties().credentials(), **changes)


def test_both_modes_at_once_are_refused() -> None:
    key = parties().credentials().alipay_public_key
    with pytest.raises(ValueError, match="either"):
        dataclasses.replace(parties().certified_credentials(), alipay_public_key=key)


def test_no_secret_is_shown() -> None:
    assert "PRIVATE" not in repr(parties().credentials())


def test_a_key_that_is_none_is_refused() -> None:
    made_up = AlipayCredentials(
        app_id="1", seller_id="2", app_private_key="no key", alipay_public_key="no key"
    )
    for reads in (AppKey, AlipayKeys):
        with pytest.raises(ValueError):
            reads(made_up)
