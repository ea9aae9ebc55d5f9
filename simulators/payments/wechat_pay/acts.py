"""Control acts: being the patient, the merchant's cashier, and WeChat's back office."""

from collections.abc import Awaitable, Callable

from simulators.act_fields import Body, one_of, text, whole
from simulators.control import Act, BadAct
from simulators.notifier import NOT_DELIVERED
from simulators.payments.wechat_pay import forgeries, issued_numbers
from simulators.payments.wechat_pay.books import Movement, Order
from simulators.payments.wechat_pay.notifications import WeChatNotification
from simulators.payments.wechat_pay.orders import BEHAVIOURS
from simulators.payments.wechat_pay.refunds import FINAL_STATES
from simulators.payments.wechat_pay.refusals import Refusal
from simulators.payments.wechat_pay.wechat import WeChatPay

MOST_REPEATS = 100


def acts_of(pay: WeChatPay) -> dict[str, Act]:
    """Path below /_control -> act."""
    acts: dict[str, Callable[[WeChatPay, Body], Awaitable[Body]]] = {
        "patient/pay": patient_pays,
        "patient/payment-code": patient_shows_code,
        "patient/enter-password": patient_enters_password,
        "refunds/finish": finish_refund,
        "merchant/balance": set_balance,
        "merchant/withdraw": withdraw,
        "notifications/resend": resend,
        "notifications/forge": forge,
        "books/alter": alter_books,
    }
    return {path: _explained(pay, act) for path, act in acts.items()}


def _explained(pay: WeChatPay, act: Callable[[WeChatPay, Body], Awaitable[Body]]) -> Act:
    async def run(body: Body) -> Body:
        try:
            return await act(pay, body)
        except Refusal as refusal:
            raise BadAct(str(refusal)) from refusal

    return run


async def patient_pays(pay: WeChatPay, body: Body) -> Body:
    """{out_trade_no | code_url | prepay_id, outcome: pay|refuse, openid?, bank_type?}."""
    order = _order(pay, body)
    outcome = one_of(body, "outcome", ("pay", "refuse"))
    pay.orders.payable(order)
    delivery = NOT_DELIVERED
    if outcome == "pay":
        delivery = await pay.pay(order, body.get("openid"), str(body.get("bank_type", "OTHERS")))
    return {
        "out_trade_no": order.out_trade_no,
        "transaction_id": order.transaction_id,
        "trade_state": order.trade_state,
        "notification": delivery.as_json(),
    }


async def patient_shows_code(pay: WeChatPay, body: Body) -> Body:
    """{openid?, behaviour: pays|asks_password|refuses|not_enough, seconds?} -> auth_code."""
    behaviour = one_of(body, "behaviour", BEHAVIOURS)
    openid = str(body.get("openid") or pay.orders.some_openid())
    code = pay.orders.show_code(openid, behaviour, whole(body, "seconds", 45))
    return {"auth_code": code.auth_code, "expires_at": code.expires_at.isoformat()}


async def patient_enters_password(pay: WeChatPay, body: Body) -> Body:
    """{out_trade_no, outcome: pay|refuse}: answers a USERPAYING payment."""
    order = _order(pay, body)
    pay.orders.enter_password(order, pays=one_of(body, "outcome", ("pay", "refuse")) == "pay")
    return {"out_trade_no": order.out_trade_no, "trade_state": order.trade_state}


async def finish_refund(pay: WeChatPay, body: Body) -> Body:
    """{out_refund_no, status: SUCCESS|ABNORMAL|CLOSED}: ends a PROCESSING refund."""
    refund = pay.refunds.find(text(body, "out_refund_no"))
    if refund.status != "PROCESSING":
        raise BadAct(f"the refund is {refund.status}")
    delivery = await pay.finish_refund(refund, one_of(body, "status", FINAL_STATES))
    return {
        "out_refund_no": refund.out_refund_no,
        "status": refund.status,
        "notification": delivery.as_json(),
    }


async def set_balance(pay: WeChatPay, body: Body) -> Body:
    """{fen}: the balance becomes this, by a top-up or a withdrawal that the fund bill shows."""
    change = whole(body, "fen", None) - pay.ledger.balance_fen
    if change:
        _book(pay, "充值" if change > 0 else "提现", change, "")
    return {"merchant_balance_fen": pay.ledger.balance_fen}


async def withdraw(pay: WeChatPay, body: Body) -> Body:
    """{fen, bank_account}: a payout (到账) to a bank account, named in the fund bill's 备注."""
    fen = whole(body, "fen", None)
    if not 0 < fen <= pay.ledger.balance_fen:
        raise BadAct("'fen' must be above zero and within the balance")
    _book(pay, "提现", -fen, text(body, "bank_account"))
    return {"merchant_balance_fen": pay.ledger.balance_fen}


def _book(pay: WeChatPay, kind: str, fen: int, remark: str) -> None:
    now, mchid = pay.clock.beijing(), pay.configuration.mchid
    flow = issued_numbers.flow_number(pay.random, mchid, now)
    pay.ledger.movements.append(
        Movement(pay.clock.now(), flow, flow, "充值/提现", kind, fen, f"{mchid}", remark, flow)
    )


async def resend(pay: WeChatPay, body: Body) -> Body:
    """{out_trade_no | out_refund_no, times?}: the same event again, one after the other."""
    event = _event(pay, body)
    times = whole(body, "times", 1)
    if not 0 < times <= MOST_REPEATS:
        raise BadAct(f"'times' must be between 1 and {MOST_REPEATS}")
    deliveries = [await pay.notifier.deliver(event) for _ in range(times)]
    return {"deliveries": [delivery.as_json() for delivery in deliveries]}


async def forge(pay: WeChatPay, body: Body) -> Body:
    """{out_trade_no | out_refund_no, how, fen?}: one wrong notification, whatever the state."""
    how = one_of(body, "how", forgeries.HOWS)
    event = _event(pay, body, even_unpaid=True)
    try:
        delivery = await pay.notifier.forge(event, how, fen=whole(body, "fen", 1))
    except ValueError as error:
        raise BadAct(str(error)) from error
    return {"notification": delivery.as_json()}


async def alter_books(pay: WeChatPay, body: Body) -> Body:
    """{out_trade_no | out_refund_no, fen}: the amount in the books becomes `fen`."""
    fen = whole(body, "fen", None)
    if "out_refund_no" in body:
        refund = pay.refunds.find(text(body, "out_refund_no"))
        before, refund.refund_fen = refund.refund_fen, fen
        number, kind = refund.refund_id, "退款"
    else:
        order = _order(pay, body)
        before, order.total_fen = order.total_fen, fen
        number, kind = order.transaction_id or "", "交易"
    for movement in pay.ledger.movements:
        if movement.business_number == number and movement.kind == kind:
            movement.fen = fen if movement.fen > 0 else -fen
    return {"before_fen": before, "fen": fen}


def _event(pay: WeChatPay, body: Body, *, even_unpaid: bool = False) -> WeChatNotification:
    if "out_refund_no" in body:
        refund = pay.refunds.find(text(body, "out_refund_no"))
        event = pay.events.get(refund.out_refund_no)
        if event is None:
            raise BadAct(f"refund {refund.out_refund_no} ({refund.status}) has no event yet")
        return event
    order = _order(pay, body)
    if order.notify_url is None:
        raise BadAct("a payment-code order has no notification")
    if order.success_time:
        return pay.payment_event(order)
    if not even_unpaid:
        raise BadAct(f"order {order.out_trade_no} is not paid")
    return _invented_payment(pay, order)


def _invented_payment(pay: WeChatPay, order: Order) -> WeChatNotification:
    """What a forger would claim of an order that nobody paid."""
    event = pay.payment_event(order)
    now = pay.clock.beijing()
    event.content = {
        **event.content,
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "transaction_id": issued_numbers.transaction_id(pay.random, now),
        "bank_type": "OTHERS",
        "success_time": now.isoformat(timespec="seconds"),
        "payer": {"openid": order.openid or pay.orders.some_openid()},
    }
    return event


def _order(pay: WeChatPay, body: Body) -> Order:
    for name in ("code_url", "prepay_id"):
        if name in body:
            order = pay.ledger.order_by_link(text(body, name))
            if order is None:
                raise BadAct(f"{name!r} belongs to no order")
            return order
    return pay.orders.find(out_trade_no=text(body, "out_trade_no"))
