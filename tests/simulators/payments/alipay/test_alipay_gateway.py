"""gateway.do: what is signed, what is refused before any business, what comes back."""

import json
import subprocess
import sys
from urllib.parse import urlencode

import httpx
import pytest

from tests.simulators.payments.alipay.alipay_account import Account
from tests.simulators.payments.alipay.alipay_merchant import Merchant, node_characters
from tests.simulators.payments.alipay.conftest import StartProcess
from tests.simulators.payments.mailbox import Mailbox

QUERY = "alipay_trade_query_response"


def node(response: httpx.Response, name: str = QUERY) -> dict[str, str]:
    """An answer's node, signature not looked at."""
    found: dict[str, str] = response.json()[name]
    return found


def test_parameters_may_stand_in_the_query_the_form_or_both(merchant: Merchant) -> None:
    form = merchant.parameters("trade.query", {"out_trade_no": "NONE01"})
    content = {"biz_content": form.pop("biz_content")}
    whole = {**form, **content}
    for response in (
        merchant.client.get("/gateway.do", params=whole),
        merchant.client.post("/gateway.do", data=whole),
        merchant.client.post("/gateway.do", params=form, data=content),
    ):
        assert merchant.verified(response, "trade.query")["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_a_request_in_gbk_is_answered_in_gbk(merchant: Merchant) -> None:
    content = {"out_trade_no": "GBK001", "total_amount": "1.00", "subject": "住院预交金"}
    form = merchant.parameters("trade.precreate", content, charset="gbk")
    response = merchant.client.post(
        "/gateway.do",
        content=urlencode(form, encoding="gbk"),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert response.headers["Content-Type"].endswith("charset=gbk")
    assert json.loads(response.content.decode("gbk"))["alipay_trade_precreate_response"][
        "code"
    ] == ("10000")


def test_the_answer_takes_the_liberties_of_json_and_is_signed_as_it_stands(
    merchant: Merchant,
) -> None:
    merchant.paid("ORDER001")
    seen = set()
    for _ in range(20):
        form = merchant.parameters("trade.query", {"out_trade_no": "ORDER001"})
        response = merchant.send(form)
        merchant.verified(response, "trade.query")
        raw = node_characters(response.text, QUERY)
        seen.add(raw == json.dumps(json.loads(raw), ensure_ascii=False, separators=(",", ":")))
    assert seen == {False}  # whoever writes it anew verifies something else


@pytest.mark.parametrize(
    ("change", "code", "sub_code"),
    [
        ({"app_id": "2021000000000000"}, "40002", "isv.invalid-app-id"),
        ({"app_id": None}, "40001", "isv.missing-app-id"),
        ({"timestamp": None}, "40001", "isv.missing-timestamp"),
        ({"sign_type": "RSA"}, "40002", "isv.invalid-signature-type"),
        ({"biz_content": "not json"}, "40002", "isv.invalid-parameter"),
    ],
)
def test_a_call_that_is_not_one_is_refused_with_its_reason(
    merchant: Merchant, change: dict[str, str | None], code: str, sub_code: str
) -> None:
    answer = node(merchant.send(merchant.parameters("trade.query", {}, **change)))
    assert (answer["code"], answer["sub_code"]) == (code, sub_code)


def test_an_unknown_method_is_refused_in_the_gateways_own_node(merchant: Merchant) -> None:
    answer = node(merchant.send(merchant.parameters("trade.guess", {})), "error_response")
    assert (answer["code"], answer["sub_code"]) == ("40002", "isv.invalid-method")


def test_a_changed_parameter_breaks_the_signature_and_the_answer_is_unsigned(
    merchant: Merchant,
) -> None:
    form = merchant.parameters("trade.query", {"out_trade_no": "A1"})
    response = merchant.send({**form, "biz_content": '{"out_trade_no":"A2"}'})
    assert node(response)["sub_code"] == "isv.invalid-signature"
    assert "sign" not in response.json()
    assert [e["signature"] for e in merchant.simulator.journal()] == ["invalid"]


def test_an_unsigned_call_is_refused(merchant: Merchant) -> None:
    form = merchant.parameters("trade.query", {"out_trade_no": "A1"})
    del form["sign"]
    assert node(merchant.send(form))["sub_code"] == "isv.missing-signature"
    assert [e["signature"] for e in merchant.simulator.journal()] == ["unsigned"]


def test_certificate_mode_wants_the_certificates_named(
    account: Account, start_process: StartProcess, mailbox: Mailbox
) -> None:
    merchant = Merchant(account, start_process(certified=True), mailbox)
    with merchant.client:
        for change, sub_code in (
            ({}, "isv.missing-app-cert-sn"),
            ({"app_cert_sn": "0" * 32}, "isv.invalid-app-cert-sn"),
        ):
            form = merchant.parameters("trade.query", {"out_trade_no": "A1"}, **change)
            assert node(merchant.send(form))["sub_code"] == sub_code


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"app_idd": "1"}, "app_idd"),
        ({"app_certificate_pem": "x"}, "either"),
    ],
)
def test_an_unusable_configuration_is_refused(
    account: Account,
    tmp_path_factory: pytest.TempPathFactory,
    changes: dict[str, object],
    words: str,
) -> None:
    file = tmp_path_factory.mktemp("alipay") / "config.json"
    file.write_text(json.dumps(account.config(**changes)))  # type: ignore[arg-type]
    command = [sys.executable, "-m", "simulators", "alipay", "--config", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert words in done.stderr
