"""Control acts: being the patient, the merchant's cashier, and Alipay's back office."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from simulators.act_fields import Body, one_of, text, whole
from simulators.control import Act, BadAct
from simulators.notifier import NOT_DELIVERED, Notification
from simulators.payments.alipay import issued_numbers, notifications
from simulators.payments.alipay.alipay import AlipaySimulator
from simulators.payments.alipay.books import Refund, Trade
from simulators.payments.alipay.refusals import Refusal
from simulators.payments.alipay.trades import BEHAVIOURS

MOST_REPEATS = 100


def acts_of(alipay: AlipaySimulator) -> dict[str, Act]:
    """Path below /_control -> act."""
    acts: dict[str, Callable[[AlipaySimulator, Body], Awaitable[Body]]] = {
        "patient/scan": patient_scans,
        "patient/pay": patient_pays,
        "patient/payment-code": patient_shows_code,
        "patient/enter-password": patient_enters_password,
        "merchant/balance": set_balance,
        "notifications/resend": resend,
        "notifications/forge": forge,
        "books/alter": alter_books,
    }
    return {path: _explained(alipay, act) for path, act in acts.items()}


def _explained(
    alipay: AlipaySimulator, act: Callable[[AlipaySimulator, Body], Awaitable[Body]]
) -> Act:
    async def run(body: Body) -> Body:
        try:
            return await act(alipay, body)
        except Refusal as refusal:
            raise BadAct(str(refusal)) from refusal

    return run


async def patient_scans(alipay: AlipaySimulator, body: Body) -> Body:
    """{out_trade_no | qr_code | trade_no, buyer_id?}: the patient looks at the order."""
    trade = _trade(alipay, body)
    alipay.trades.scan(trade, body.get("buyer_id"))
    return _shown(trade)


async def patient_pays(alipay: AlipaySimulator, body: Body) -> Body:
    """{out_trade_no | qr_code | trade_no, outcome: pay|refuse, buyer_id?}: scans first."""
    trade = _trade(alipay, body)
    outcome = one_of(body, "outcome", ("pay", "refuse"))
    alipay.trades.scan(trade, body.get("buyer_id"))
    delivery = await alipay.settle(trade) if outcome == "pay" else NOT_DELIVERED
    return {**_shown(trade), "notification": delivery.as_json()}


async def patient_shows_code(alipay: AlipaySimulator, body: Body) -> Body:
    """{behaviour: pays|asks_password|refuses|not_enough, buyer_id?} -> auth_code."""
    behaviour = one_of(body, "behaviour", BEHAVIOURS)
    buyer = str(body.get("buyer_id") or alipay.trades.some_buyer())
    code = alipay.trades.show_code(buyer, behaviour)
    return {"auth_code": code.auth_code, "expires_at": code.expires_at.isoformat()}


async def patient_enters_password(alipay: AlipaySimulator, body: Body) -> Body:
    """{out_trade_no, outcome: pay|refuse}: a refused trade goes on waiting until it is ended."""
    trade = _trade(alipay, body)
    outcome = one_of(body, "outcome", ("pay", "refuse"))
    if trade.method != "pay" or trade.status != "WAIT_BUYER_PAY":
        raise BadAct(f"no password is asked for: {trade.method}, {trade.status}")
    if outcome == "pay":
        await alipay.settle(trade)
    return _shown(trade)


async def set_balance(alipay: AlipaySimulator, body: Body) -> Body:
    """{fen}: the balance becomes this, by a top-up or a withdrawal."""
    alipay.ledger.moved_fen += whole(body, "fen", None) - alipay.ledger.balance_fen
    return {"merchant_balance_fen": alipay.ledger.balance_fen}


async def resend(alipay: AlipaySimulator, body: Body) -> Body:
    """{out_trade_no | out_request_no, times?}: the same event again, one after the other."""
    event = _event(alipay, body)
    times = whole(body, "times", 1)
    if not 0 < times <= MOST_REPEATS:
        raise BadAct(f"'times' must be between 1 and {MOST_REPEATS}")
    deliveries = [await alipay.notifier.deliver(event) for _ in range(times)]
    return {"deliveries": [delivery.as_json() for delivery in deliveries]}


async def forge(alipay: AlipaySimulator, body: Body) -> Body:
    """{out_trade_no | out_request_no, how, fen?}: one wrong notification, whatever the state."""
    how = one_of(body, "how", notifications.HOWS)
    event = _event(alipay, body, even_unpaid=True)
    delivery = await alipay.notifier.forge(event, how, fen=whole(body, "fen", 1))
    return {"notification": delivery.as_json()}


async def alter_books(alipay: AlipaySimulator, body: Body) -> Body:
    """{out_trade_no | out_request_no, fen}: the amount in the books becomes `fen`."""
    fen = whole(body, "fen", None)
    if "out_request_no" in body:
        refund = _refund(alipay, body)
        before, refund.refund_fen = refund.refund_fen, fen
    else:
        trade = _trade(alipay, body)
        before, trade.total_fen = trade.total_fen, fen
    return {"before_fen": before, "fen": fen}


def _event(alipay: AlipaySimulator, body: Body, *, even_unpaid: bool = False) -> Notification:
    if "out_request_no" in body:
        refund = _refund(alipay, body)
        event = alipay.events.get(refund.out_request_no)
        if event is None:
            raise BadAct(f"refund {refund.out_request_no} has no event yet")
        return event
    trade = _trade(alipay, body)
    if trade.notify_url is None:
        raise BadAct("the order named no notify_url")
    if trade.paid_at:
        return alipay.trade_event(trade)
    if not even_unpaid:
        raise BadAct(f"order {trade.out_trade_no} is not paid")
    return _invented_payment(alipay, trade)


def _invented_payment(alipay: AlipaySimulator, trade: Trade) -> Notification:
    """What a forger would claim of an order that nobody paid; the books stay as they are."""
    number = trade.trade_no or issued_numbers.trade_no(alipay.random, alipay.clock.beijing())
    claimed = replace(
        trade,
        trade_no=number,
        status="TRADE_SUCCESS",
        paid_at=alipay.clock.now(),
        buyer_id=trade.buyer_id or alipay.trades.some_buyer(),
    )
    event = alipay.trade_event(claimed)
    alipay.events.pop(trade.out_trade_no, None)
    return event


def _trade(alipay: AlipaySimulator, body: Body) -> Trade:
    names = ("out_trade_no", "qr_code", "trade_no")
    name = next((name for name in names if name in body), "out_trade_no")
    number = text(body, name)
    for trade in alipay.ledger.trades.values():
        if getattr(trade, name) == number:
            return trade
    raise BadAct(f"{name!r} belongs to no order")


def _refund(alipay: AlipaySimulator, body: Body) -> Refund:
    refund = alipay.ledger.refund_by_number(text(body, "out_request_no"))
    if refund is None:
        raise BadAct("'out_request_no' belongs to no refund")
    return refund


def _shown(trade: Trade) -> Body:
    return {
        "out_trade_no": trade.out_trade_no,
        "trade_no": trade.trade_no,
        "trade_status": trade.status,
    }
