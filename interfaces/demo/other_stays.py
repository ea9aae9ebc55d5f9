"""Acts 2 to 4: a surplus that goes back along its routes, a self-pay stay, a cancellation."""

from typing import Any

from interfaces.demo.actors import Cast, ended, yuan
from interfaces.demo.insured_stay import tell_settlement
from interfaces.sandbox.hospital import OPENID

RETIREE_ID = "000000195207080025"
SURPLUS = "2 住院 · 押金有余"
SELF_PAY = "3 自费住院"
CANCEL = "4 结算撤销与重结"


def play_surplus(cast: Cast) -> dict[str, str]:
    """The surplus goes back over two WeChat top-ups, its cash part by a window slip."""
    record = cast.record
    no = cast.admit("测试退休", "insured", RETIREE_ID)
    cast.channel.post(f"/v1/admissions/{no}:bind-openid", {"openid": OPENID})
    body = {"admission_no": no, "credential": {"kind": "id_card", "number": RETIREE_ID}}
    cast.channel.post("/v1/registrations", body)
    total = cast.charge(no, 8)["total_fen"] + cast.charge_items(no, S001=1, S002=1)["total_fen"]
    more, cash = (cast.random.randrange(200, 500) * 100 for _ in range(2))
    cast.pay_native(no, total)
    cast.rest_of_the_world_at(1, 10)  # paid hour by hour: the newest goes back first
    cast.pay_in_app(no, more)
    cast.rest_of_the_world_at(1, 11)
    cast.pay_cash(no, cash)
    paid = total + more + cash
    record.scene(
        SURPLUS, "患者 patient", "两次微信、一次现金充押金", "two WeChat top-ups, one cash", paid
    )
    settled = settle(cast, SURPLUS, no)
    surplus = paid - settled["due_fen"]
    refunds = cast.channel.wait(
        f"/v1/settlements/{settled['no']}",
        lambda seen: all(_came_to_rest(refund) for refund in seen["refunds"]),
        "the surplus to go back",
    )["refunds"]
    slips = [refund for refund in refunds if _at_window(refund)]
    for slip in slips:
        path = f"/v1/refunds/{slip['no']}"
        cast.channel.post(f"{path}:pay-out", {"terminal": "W02", "operator": "cashier-2"})
    for refund in refunds:
        path = f"/v1/refunds/{refund['no']}"
        back = cast.channel.wait(path, ended, "the refund")
        cast.seen(path, back)
        where = "窗口凭条 window slip" if _at_window(back) else "原路退回 back along its route"
        record.scene(
            SURPLUS, back["channel"], f"退余 {where}", "surplus returned", back["amount_fen"]
        )
    record.equal(
        "the surplus went back to the fen",
        surplus=surplus,
        refunded=sum(r["amount_fen"] for r in refunds),
    )
    routes = sorted(refund["channel"] for refund in refunds)
    record.check(
        "over two WeChat top-ups and one window slip",
        routes == ["cash", "wechat_pay", "wechat_pay"],
        routes,
    )
    record.equal("nothing of the deposit is left", balance=cast.balance(no), zero=0)
    return {"admission_no": no, "settlement_no": settled["no"]}


def play_self_pay(cast: Cast) -> dict[str, str]:
    """A stay without any call to the insurer."""
    record = cast.record
    before = len(cast.sandbox.control("nhsa_core", "journal")["exchanges"])
    no = cast.admit("测试自费", "self_pay")
    cast.channel.post(f"/v1/admissions/{no}:bind-openid", {"openid": OPENID})
    total = cast.charge(no, 5)["total_fen"]
    cast.pay_native(no, total // 2)
    arrears = cast.channel.get(f"/v1/admissions/{no}/arrears")
    record.scene(SELF_PAY, "HIS", "自费患者入院、计费、充押金", "self-pay stay charged", total)
    record.facts["self_pay_arrears"] = arrears["suggested_fen"]
    cast.order_discharge(no)
    body = {"admission_no": no, "point": "window", "operator": "cashier-1"}
    opened = cast.channel.post("/v1/settlements", body)
    short = opened["cover"]["short_fen"]
    record.equal(
        "self-pay: what is to be topped up", short=short, bill_minus_deposit=total - total // 2
    )
    cast.pay_by_code(no, short, asks_password=False)
    settled = settle(cast, SELF_PAY, no, opened)
    after = len(cast.sandbox.control("nhsa_core", "journal")["exchanges"])
    record.equal("the self-pay stay made no insurer call", before=before, after=after)
    return {"admission_no": no, "settlement_no": settled["no"]}


def play_cancellation(cast: Cast, settlement_no: str, admission_no: str) -> str:
    """Two days later one settlement is cancelled and the stay settled again."""
    record = cast.record
    cast.rest_of_the_world_at(3, 9)
    before = cast.balance(admission_no)
    original = cast.settlement(settlement_no)
    cancelled = cast.channel.post(
        f"/v1/settlements/{settlement_no}:cancel",
        {"reason": "费用有误，撤销重结", "operator": "supervisor-1", "reopen": True},
    )
    path = f"/v1/cancellations/{cancelled['cancellation']['no']}"
    done = cast.channel.wait(path, ended, "the cancellation")
    cast.seen(path, done)
    record.check(
        "the settlement is cancelled two days later (2305, HIS, 2405)",
        done["state"] == "finished" and bool(done["red_receipt_no"]),
        {"steps": [s["action"] for s in done["steps"]], "red_receipt": done["red_receipt_no"]},
    )
    after = cast.balance(admission_no)
    record.equal(
        "the debited deposit is back on the deposit",
        back=after - before,
        debited=original["due_fen"],
    )
    record.scene(
        CANCEL,
        "医保 + HIS",
        f"两日后撤销：2305 → HIS 撤销 → 2405，红冲 {done['red_receipt_no']}",
        "cancelled two days later; the deposit is back",
        original["bill"]["total_fen"],
    )
    again = settle(cast, CANCEL, admission_no)
    record.equal(
        "settled again for the same bill",
        first=original["bill"]["total_fen"],
        again=again["bill"]["total_fen"],
    )
    return str(again["no"])


def settle(cast: Cast, act: str, no: str, opened: dict[str, Any] | None = None) -> dict[str, Any]:
    """Discharge ordered if need be, settled, confirmed, waited for."""
    if opened is None:
        if cast.account(no)["state"] == "admitted":
            cast.order_discharge(no)
        body = {"admission_no": no, "point": "window", "operator": "cashier-1"}
        opened = cast.channel.post("/v1/settlements", body)
    number = opened["no"]
    confirmed = cast.channel.post(f"/v1/settlements/{number}:confirm", {"by": "cashier-1"})
    short = (confirmed.get("cover") or {}).get("short_fen", 0)
    if confirmed["state"] == "open" and short:
        cast.pay_native(no, short)
        cast.record.scene(act, "微信支付", f"补缴 {yuan(short)}", "arrears paid", short)
    settled = cast.channel.wait(f"/v1/settlements/{number}", ended, "the settlement to finish")
    return tell_settlement(cast, act, settled)


def _at_window(refund: dict[str, Any]) -> bool:
    return bool(refund["returned_through"] == "window")


def _came_to_rest(refund: dict[str, Any]) -> bool:
    """Finished, or a slip that waits to be paid out."""
    return refund["state"] == "finished" or (
        _at_window(refund) and refund["steps"][-1]["state"] == "pending"
    )
