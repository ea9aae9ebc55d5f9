"""The signed value is found as it came, whatever liberties the JSON around and inside it takes."""

import pytest

from adapters.payments.alipay.envelope import opened
from ports.errors import OutcomeUnknown

NODE = "alipay_trade_query_response"


@pytest.mark.parametrize(
    ("body", "raw"),
    [
        ('{"alipay_trade_query_response":{"code":"10000"},"sign":"c2ln"}', '{"code":"10000"}'),
        (
            '{"alipay_trade_query_response":{"a":"}\\"sign\\":{","b":{"c":[1,{"d":"]"}]}},'
            '"sign":"c2ln"}',
            '{"a":"}\\"sign\\":{","b":{"c":[1,{"d":"]"}]}}',
        ),
        (
            '{"sign":"c2ln", "alipay_trade_query_response" :\r\n '
            '{"u":"https:\\/\\/q", "n" : 1.10}\t}',
            '{"u":"https:\\/\\/q", "n" : 1.10}',
        ),
        (
            '{"alipay_trade_query_response":{"msg":"\\u652f\\u4ed8","t":"支付"},"sign":"c2ln"}\n',
            '{"msg":"\\u652f\\u4ed8","t":"支付"}',
        ),
    ],
)
def test_the_value_is_cut_out_character_by_character(body: str, raw: str) -> None:
    envelope = opened(body.encode(), NODE)
    assert envelope.raw == raw.encode()
    assert (envelope.sign, envelope.certificate) == ("c2ln", "")


def test_the_gateways_own_error_and_the_certificate_are_read() -> None:
    body = b'{"error_response":{"code":"40002"},"alipay_cert_sn":"ab","sign":"c2ln"}'
    envelope = opened(body, NODE)
    assert envelope.content == {"code": "40002"}
    assert envelope.certificate == "ab"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"alipay_trade_query_response":{"code":"10000"}',
        b'{"alipay_trade_query_response":{"code":"10000"}} {}',
        b'{"alipay_trade_pay_response":{"code":"10000"},"sign":"c2ln"}',
        b'{"alipay_trade_query_response":"text","sign":"c2ln"}',
        b'{"alipay_trade_query_response":{},"sign":1}',
        b'{"alipay_trade_query_response":{"code":"1"},"alipay_trade_query_response":{"code":"2"}}',
        b'{"alipay_trade_query_response":{"code":"1"},"error_response":{"code":"2"},"sign":"c2ln"}',
        b'{"alipay_trade_query_response":' + b'{"a":' * 100_000,
        "{'alipay_trade_query_response'}".encode("utf-16"),
    ],
)
def test_anything_else_is_no_answer(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown) as raised:
        opened(body, NODE)
    assert raised.value.code == "answer_unreadable"
