"""medsettle.deposits.v1 over a real connection: once per request_id, refusals with stable codes."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from contracts.medsettle.deposits.v1 import deposits_pb2 as wire
from interfaces.demo.actors import Cast
from tests.interfaces.rpc.conftest import Caller, fresh, refused, until
from tests.journeys.trouble import (
    Stay,
    his_books,
    outside,
    self_pay_stay,
    settled_afresh,
    sound,
    wechat_orders,
)

LIMIT_FEN = 10_000_000
INVALID = grpc.StatusCode.INVALID_ARGUMENT
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION


def cash(stay: Stay, **replaced: object) -> wire.TopUpDepositRequest:
    """A top-up in cash as a window sends it."""
    fields: dict[str, object] = {
        "request_id": fresh(),
        "admission_no": stay.no,
        "amount_fen": 1_000,
        "channel": "cash",
        "product": wire.PRODUCT_CASH,
        "terminal": "W01",
        "operator": "cashier-1",
    }
    return wire.TopUpDepositRequest(**(fields | replaced))


def native(stay: Stay, fen: int) -> wire.TopUpDepositRequest:
    """A code for the patient to scan."""
    return cash(stay, channel="wechat_pay", product=wire.PRODUCT_NATIVE, amount_fen=fen)


def account(channel: Caller, stay: Stay) -> wire.GetDepositAccountResponse:
    """患者账户."""
    return channel.call("GetDepositAccount", wire.GetDepositAccountRequest(admission_no=stay.no))


def test_a_top_up_is_paid_saved_and_given_back_over_grpc(channel: Caller, cast: Cast) -> None:
    stay = self_pay_stay(cast, discharge=False)
    shown = channel.call("TopUpDeposit", native(stay, 5_000)).deposit
    assert (shown.state, shown.payment_state, bool(shown.code_url)) == ("open", "pending", True)
    pays = {"code_url": shown.code_url, "outcome": "pay"}
    cast.sandbox.control("wechat_pay", "patient/pay", pays)
    ask = wire.GetDepositRequest(deposit_no=shown.deposit_no)

    def saved() -> wire.Deposit | None:
        deposit = channel.call("GetDeposit", ask).deposit
        return deposit if deposit.state == "finished" else None

    paid = until(saved, "the deposit")
    assert (paid.amount_fen, bool(paid.his_deposit_no), paid.code_url) == (5_000, True, "")
    held = account(channel, stay)
    assert (held.balance_fen, held.held_fen, held.available_fen) == (5_000, 0, 5_000)
    assert [(lot.deposit_no, lot.paid_fen) for lot in held.lots] == [(shown.deposit_no, 5_000)]

    back = wire.RefundDepositRequest(
        request_id=fresh(),
        admission_no=stay.no,
        deposit_no=shown.deposit_no,
        amount_fen=2_000,
        reason="患者申请",
        operator="cashier-1",
    )
    refund = channel.call("RefundDeposit", back).refund
    again = channel.call("RefundDeposit", back).refund
    assert again.refund_no == refund.refund_no

    def returned() -> wire.Refund | None:
        asked = wire.GetRefundRequest(refund_no=refund.refund_no)
        found = channel.call("GetRefund", asked).refund
        return found if found.state == "finished" else None

    assert until(returned, "the refund").HasField("returned_at")
    assert wechat_orders(cast, stay)["refunded_fen"] == 2_000
    assert account(channel, stay).lots[0].returned_fen == 2_000
    cast.order_discharge(stay.no)
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_a_repeated_request_id_acts_once_and_with_other_input_not_at_all(
    channel: Caller, cast: Cast
) -> None:
    stay, number = self_pay_stay(cast), fresh()
    first = channel.call("TopUpDeposit", cash(stay, request_id=number))
    assert channel.call("TopUpDeposit", cash(stay, request_id=number)) == first
    before = (account(channel, stay), outside(cast, stay))
    with refused(grpc.StatusCode.ALREADY_EXISTS, "IDEMPOTENCY_KEY_REUSED", "request_id"):
        channel.call("TopUpDeposit", cash(stay, request_id=number, amount_fen=1_001))
    assert (account(channel, stay), outside(cast, stay)) == before
    assert len(before[1]["his"]["deposits"]) == 1
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_sixteen_identical_top_ups_at_once_act_once(channel: Caller, cast: Cast) -> None:
    stay = self_pay_stay(cast)
    request = cash(stay, amount_fen=stay.bill_fen)
    with ThreadPoolExecutor(16) as clicks:
        answers = clicks.map(lambda _: channel.call("TopUpDeposit", request), range(16))
        numbers = {answer.deposit.deposit_no for answer in answers}
    assert len(numbers) == 1
    until(lambda: account(channel, stay).balance_fen == stay.bill_fen, "the deposit")
    assert [row["number"] for row in his_books(cast, stay)["deposits"]] == list(numbers)
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_bad_input_is_an_invalid_argument_that_names_the_field(channel: Caller, cast: Cast) -> None:
    stay = self_pay_stay(cast)
    before = outside(cast, stay)
    for amount in (0, -1, LIMIT_FEN + 1, (1 << 63) - 1, -(1 << 63)):
        with refused(INVALID, "INVALID_AMOUNT", "amount_fen"):
            channel.call("TopUpDeposit", cash(stay, amount_fen=amount))
    for change, code, named in (
        ({"request_id": ""}, "INVALID_INPUT", "request_id"),
        ({"request_id": "no spaces"}, "INVALID_INPUT", "request_id"),
        ({"admission_no": ""}, "INVALID_INPUT", "admission_no"),
        ({"channel": ""}, "INVALID_INPUT", "channel"),
        ({"channel": "barter", "product": wire.PRODUCT_NATIVE}, "UNKNOWN_CHANNEL", "channel"),
        ({"product": wire.PRODUCT_UNSPECIFIED}, "INVALID_INPUT", "product"),
        ({"product": 99}, "INVALID_INPUT", "product"),
        ({"terminal": ""}, "INVALID_INPUT", "terminal"),
    ):
        with refused(INVALID, code, named):
            channel.call("TopUpDeposit", cash(stay, **change))
    assert outside(cast, stay) == before
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_unknown_and_discharged_patients_are_refused_by_their_own_codes(
    channel: Caller, cast: Cast
) -> None:
    missing = grpc.StatusCode.NOT_FOUND
    with refused(missing, "ADMISSION_NOT_FOUND", "admission_no"):
        channel.call("TopUpDeposit", cash(Stay("ZY-NOBODY", 0)))
    with refused(missing, "NOT_FOUND", "deposit_no"):
        channel.call("GetDeposit", wire.GetDepositRequest(deposit_no="DP-NONE"))
    with refused(missing, "NOT_FOUND", "refund_no"):
        channel.call("GetRefund", wire.GetRefundRequest(refund_no="RF-NONE"))
    stay = self_pay_stay(cast)
    settled_afresh(cast, stay)
    before = outside(cast, stay)
    with refused(PRECONDITION, "ADMISSION_CLOSED", "admission_no"):
        channel.call("TopUpDeposit", cash(stay))
    assert outside(cast, stay) == before
    sound(cast, stay)


def test_a_refund_above_its_payment_is_refused_and_promises_nothing(
    channel: Caller, cast: Cast
) -> None:
    stay = self_pay_stay(cast)
    lot = channel.call("TopUpDeposit", cash(stay, amount_fen=stay.bill_fen)).deposit
    request = wire.RefundDepositRequest(
        request_id=fresh(),
        admission_no=stay.no,
        deposit_no=lot.deposit_no,
        amount_fen=stay.bill_fen + 1,
        reason="患者申请",
        operator="cashier-1",
    )
    before = account(channel, stay)
    with refused(PRECONDITION, "REFUND_EXCEEDS_PAYMENT", "amount_fen"):
        channel.call("RefundDeposit", request)
    request.amount_fen = 0
    with refused(INVALID, "INVALID_AMOUNT", "amount_fen"):
        channel.call("RefundDeposit", request)
    assert account(channel, stay) == before
    settled_afresh(cast, stay)
    sound(cast, stay)


@pytest.mark.parametrize("behaviour", ["refuses", "not_enough"])
def test_a_refused_payment_code_closes_the_deposit_and_says_why(
    channel: Caller, cast: Cast, behaviour: str
) -> None:
    stay = self_pay_stay(cast)
    shown = {"behaviour": behaviour}
    code = cast.sandbox.control("wechat_pay", "patient/payment-code", shown)["auth_code"]
    request = cash(stay, channel="wechat_pay", product=wire.PRODUCT_PAYMENT_CODE, auth_code=code)
    deposit = channel.call("TopUpDeposit", request).deposit
    assert (deposit.state, deposit.payment_state) == ("closed", "refused")
    assert deposit.closed_because in {"TRADE_ERROR", "NOT_ENOUGH"}
    assert list(account(channel, stay).lots) == []
    settled_afresh(cast, stay)
    sound(cast, stay)
