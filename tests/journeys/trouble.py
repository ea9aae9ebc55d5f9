"""What journeys of trouble share: stays brought to a point, faults that must fire, and every book
around a stay, read from outside and compared with ours."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from interfaces.demo.actors import Cast, ended
from interfaces.demo.channel import CallFailed

Json = dict[str, Any]

PRICES = {"S001": 286_000, "S002": 98_000, "J003": 54_000, "D001": 2_500, "O001": 3_500}
INSURANCE_CODES = {"S001": "003315050040000-331505004", "J003": "002102000010000-210200001"}
PATIENCE_SECONDS = 20.0
FOR_EVER = 1000  # as often as it is met, until the test disarms it
_people = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay with its charges; `person_no` is empty for a self-pay stay."""

    no: str
    bill_fen: int
    person_no: str = ""

    @property
    def person(self) -> dict[str, str]:
        """What marks its calls at the insurer, for faults."""
        return {"psn_no": self.person_no}

    @property
    def admission(self) -> dict[str, str]:
        """What marks its calls at the HIS."""
        return {"admission_no": self.no}


# --- bringing a stay to a point ----------------------------------------------------------------


def self_pay_stay(cast: Cast, *, discharge: bool = True, **items: int) -> Stay:
    """自费: charged with named items, discharge ordered."""
    no = cast.admit("测试自费", "self_pay")
    return charged(cast, Stay(no, 0), discharge=discharge, **(items or {"S002": 1}))


def insured_stay(cast: Cast, *, discharge: bool = True, **items: int) -> Stay:
    """医保: a person of its own at the insurer, registered, charged, discharge ordered."""
    stay, certificate = insured_admission(cast)
    registered = register(cast, stay, certificate)
    assert registered["state"] == "finished", registered
    items = items or {"S001": 1, "S002": 1, "O001": 1}
    return charged(cast, stay, discharge=discharge, **items)


def insured_admission(cast: Cast) -> tuple[Stay, str]:
    """A person of its own at the insurer, admitted by the HIS; with the number of the ID card."""
    serial = next(_people)
    person = {
        "psn_no": f"0099000000000001{serial:04d}",
        "certno": f"00000019900101{serial:04d}",
        "psn_name": "测试困难",
        "insutype": "310",
        "psn_type": "11",
        "balc_fen": 10_000,
        "insuplc_admdvs": "009900",
    }
    cast.sandbox.control("nhsa_core", "persons", {"persons": [person]})
    no = cast.admit("测试困难", "insured", str(person["certno"]))
    return Stay(no, 0, str(person["psn_no"])), str(person["certno"])


def register(cast: Cast, stay: Stay, certificate: str) -> Json:
    """医保入院登记 by ID card."""
    credential = {"kind": "id_card", "number": certificate}
    return cast.channel.post(
        "/v1/registrations", {"admission_no": stay.no, "credential": credential}
    )


def charged(cast: Cast, stay: Stay, *, discharge: bool = True, **items: int) -> Stay:
    """The stay with named items on its bill."""
    cast.charge_items(stay.no, **items)
    if discharge:
        cast.order_discharge(stay.no)
    bill = sum(PRICES[code] * quantity for code, quantity in items.items())
    return Stay(stay.no, bill, stay.person_no)


def open_settlement(cast: Cast, stay: Stay, **how: object) -> Json:
    """POST /v1/settlements at the window."""
    body = {"admission_no": stay.no, "point": "window", "operator": "cashier-1", **how}
    return cast.channel.post("/v1/settlements", body)


def confirm(cast: Cast, settlement: Json) -> Json:
    """确认结算."""
    return cast.channel.post(f"/v1/settlements/{settlement['no']}:confirm", {"by": "cashier-1"})


def resume(cast: Cast, settlement: Json) -> Json:
    """重试."""
    return cast.channel.post(f"/v1/settlements/{settlement['no']}:resume", {"by": "cashier-1"})


def cancel(cast: Cast, settlement: Json) -> Json:
    """撤销, waited for until it is through."""
    path = f"/v1/settlements/{settlement['no']}"
    body = {"reason": "测试撤销", "operator": "supervisor-1"}
    cast.channel.post(f"{path}:cancel", body)
    return cast.channel.wait(path, lambda seen: bool(seen["cancelled_at"]), "the cancellation")


def covered(cast: Cast, stay: Stay, **how: object) -> Json:
    """A settlement whose figures stand and whose deposit covers them, not confirmed yet."""
    opened = waits_for(cast, open_settlement(cast, stay, **how), "confirmation")
    if opened["cover"]["short_fen"]:
        cast.pay_cash(stay.no, opened["cover"]["short_fen"])
    return seen(cast, opened)


def seen(cast: Cast, settlement: Json) -> Json:
    """The settlement as it is now."""
    return cast.settlement(settlement["no"])


def waits_for(cast: Cast, settlement: Json, code: str) -> Json:
    """The settlement once it waits for this."""
    return cast.channel.wait(
        f"/v1/settlements/{settlement['no']}",
        lambda now: (now["waiting_for"] or {}).get("code") == code,
        f"it to wait for {code}",
    )


def finished(cast: Cast, settlement: Json) -> Json:
    """The settlement at its end, posted under a receipt, its shares summing to the bill."""
    path = f"/v1/settlements/{settlement['no']}"
    end = cast.channel.wait(path, ended, "the settlement to end")
    assert (end["state"], bool(end["receipt_no"])) == ("finished", True), end["waiting_for"]
    assert sum(share["amount_fen"] for share in end["shares"]) == end["bill"]["total_fen"]
    return end


def settled_afresh(cast: Cast, stay: Stay) -> Json:
    """A settlement from its opening to its end, nothing in its way."""
    return finished(cast, confirm(cast, covered(cast, stay)))


def step(settlement: Json, action: str) -> Json:
    """One step of a plan."""
    return next(step for step in settlement["steps"] if step["action"] == action)


def share(settlement: Json, payer: str) -> int:
    """What one payer bears."""
    return sum(s["amount_fen"] for s in settlement["shares"] if s["payer"] == payer)


# --- misfortune ---------------------------------------------------------------------------------


@contextmanager
def refused(status: int, code: str, field: str | None = None) -> Iterator[Json]:
    """The call is refused with this status and stable code, naming this field; its problem."""
    problem: Json = {}
    with pytest.raises(CallFailed) as caught:
        yield problem
    problem.update(caught.value.problem)
    told = (caught.value.status, problem["code"], problem.get("field"))
    assert told == (status, code, field), problem
    assert problem["type"] == f"urn:medsettle:problem:{code}"
    assert problem["detail"]
    assert problem["text_zh"]


@contextmanager
def fault(
    cast: Cast, system: str, operation: str, kind: str, *, times: int = 1, **spec: Any
) -> Iterator[None]:
    """Armed inside the block; when that ends it must have fired, `times` times unless FOR_EVER."""
    spec = {"operation": operation, "kind": kind, "times": times, **spec}
    before = len(cast.sandbox.control(system, "faults")["faults"])
    cast.sandbox.control(system, "faults", spec)

    def fired() -> bool:
        count = cast.sandbox.control(system, "faults")["faults"][before]["fired"]
        return bool(count) if times == FOR_EVER else count == times

    yield
    in_time(fired, f"{kind} at {system} {operation} to fire")


def calls(cast: Cast, system: str, *operations: str, after: int = 0) -> list[Json]:
    """What arrived at an outside system, by its own journal."""
    exchanges = cast.sandbox.control(system, f"journal?after={after}")["exchanges"]
    return [e for e in exchanges if not operations or e["operation"] in operations]


def in_time(met: Callable[[], object], what: str) -> None:
    """Waits for something to happen outside; TimeoutError when it does not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not met():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE_SECONDS} s for {what}")
        time.sleep(0.02)


# --- every book around a stay -------------------------------------------------------------------


def his_books(cast: Cast, stay: Stay) -> Json:
    """What the HIS has of a stay."""
    books = cast.sandbox.control("his", "books")
    rows = {
        name: [row for row in books[name] if row["admission_no"] == stay.no]
        for name in ("charges", "deposits", "returns", "settlements", "cancellations")
    }
    admission = next(row for row in books["admissions"] if row["admission_no"] == stay.no)
    return {"admission": admission, **rows}


def insurer_books(cast: Cast, stay: Stay) -> Json:
    """What the insurer has of a stay: its registrations, lines, settlements."""
    books = cast.sandbox.control("nhsa_core", "books")
    stays = [row for row in books["stays"] if row["ipt_no"] == stay.no]
    numbers = {row["mdtrt_id"] for row in stays}
    rows = [row for row in books["settlements"] if row["mdtrt_id"] in numbers]
    live = [row for row in rows if row["kind"] == "settlement" and not row["reversed_by"]]
    lines = [row for row in books["lines"] if row["mdtrt_id"] in numbers]
    return {"stays": stays, "lines": lines, "settlements": rows, "live": live}


def wechat_orders(cast: Cast, stay: Stay) -> Json:
    """What WeChat Pay has of a stay's top-ups: paid and given back."""
    cast.account(stay.no)  # a stay nobody has asked for has no account yet
    deposits = cast.channel.get(f"/v1/admissions/{stay.no}/deposits")["items"]
    numbers = {d["payment_no"] for d in deposits if d["channel"] == "wechat_pay"}
    orders = cast.sandbox.control("wechat_pay", "books")["orders"]
    orders = [order for order in orders if order["out_trade_no"] in numbers]
    paid = [order for order in orders if order["transaction_id"]]
    return {
        "orders": orders,
        "paid_fen": sum(order["total_fen"] for order in paid),
        "refunded_fen": sum(order["refunded_fen"] for order in paid),
    }


def outside(cast: Cast, stay: Stay) -> Json:
    """All of them, to be compared with themselves later."""
    return {
        "his": his_books(cast, stay),
        "insurer": insurer_books(cast, stay),
        "wechat_pay": wechat_orders(cast, stay),
    }


def sound(cast: Cast, stay: Stay, *, owed_fen: int = 0) -> None:
    """Ours and theirs say the same of this stay, and the audit finds nothing anywhere.

    Waits until every return has come to rest; `owed_fen` of them a channel has refused.
    """
    account = cast.channel.wait(
        f"/v1/admissions/{stay.no}",
        lambda seen: (
            _returning(seen, through="channel") == owed_fen
            and not (seen["deposit"]["held_fen"] and not seen["live_settlement_no"])
        ),
        "the refunds to come to rest",
    )
    his, insurer = his_books(cast, stay), insurer_books(cast, stay)
    lots, deposit = account["lots"], account["deposit"]
    assert deposit["balance_fen"] == his["admission"]["deposit_balance_fen"]
    assert sorted((lot["deposit_no"], lot["paid_fen"]) for lot in lots) == sorted(
        (row["number"], row["amount_fen"]) for row in his["deposits"]
    )
    through = [lot for lot in lots if lot["channel"] == "wechat_pay"]
    wechat = wechat_orders(cast, stay)
    assert wechat["paid_fen"] == sum(lot["paid_fen"] for lot in through)
    assert wechat["refunded_fen"] == sum(lot["returned_fen"] for lot in through)
    live = [row for row in his["settlements"] if row["state"] == "posted"]
    assert len(live) <= 1
    assert len(insurer["live"]) <= 1
    if not account["live_settlement_no"]:
        assert len(insurer["live"]) == len(live) if stay.person_no else not insurer["live"]
    for row in live:
        _same_settlement(cast.settlement(row["number"]), row, insurer["live"])
    audited(cast)


def _returning(account: Json, through: str) -> int:
    lots = [lot for lot in account["lots"] if lot["returned_through"] == through]
    return sum(lot["returning_fen"] for lot in lots)


def audited(cast: Cast) -> None:
    """The audit of the whole platform finds nothing."""
    audit = cast.operations.get("/v1/audit")
    assert audit["sound"], [check for check in audit["checks"] if check["findings"]]


def _same_settlement(ours: Json, his: Json, insurer: list[Json]) -> None:
    assert his["receipt_no"] == ours["receipt_no"]
    assert his["total_fen"] == ours["bill"]["total_fen"]
    assert his["deposit_applied_fen"] == ours["due_fen"]
    for row in insurer:
        assert row["fund_fen"] == share(ours, "pooled_fund")
        assert row["personal_account_fen"] == share(ours, "personal_account")
        assert row["setl_id"] == ours["settled"]["settlement_id"]
