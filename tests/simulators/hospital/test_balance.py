"""The balance identity and the bill hold under any order of legal acts, and no repetition acts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

STAYS = 2
items = st.sampled_from(["B001", "M001", "X002"])
quantities = st.integers(1, 9)
amounts = st.integers(1, 50_000)


@dataclass
class Stay:
    """What the books must say, kept by the test from the acts it did."""

    number: str
    state: str = "admitted"
    deposits: dict[str, int] = field(default_factory=dict)  # number -> what is left of it
    balance: int = 0
    pending: dict[str, int] = field(default_factory=dict)
    settled: dict[str, int] = field(default_factory=dict)
    live: str = ""  # the live settlement's number
    lock: tuple[str, str, str] = ("", "", "")  # number, purpose, bill_no

    @property
    def locked(self) -> bool:
        return bool(self.lock[0])

    @property
    def returnable(self) -> tuple[str, int] | None:
        """A deposit of which something can be returned, and how much at most."""
        for number, left in self.deposits.items():
            if min(left, self.balance) > 0:
                return number, min(left, self.balance)
        return None


def acts_on(
    fits: Callable[[Stay], Any], **arguments: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Any]:
    """A rule on one of the stays it fits; never drawn while it fits none, so that no step idles."""

    def make(act: Callable[..., None]) -> Any:
        def step(self: Any, choice: Any, **drawn: Any) -> None:
            act(self, choice.choice([stay for stay in self.stays if fits(stay)]), **drawn)

        step.__name__ = act.__name__
        possible = precondition(lambda self: any(fits(stay) for stay in self.stays))
        return possible(rule(choice=st.randoms(use_true_random=False), **arguments)(step))

    return make


class Books(RuleBasedStateMachine):
    """Two stays, so that nothing leaks from one to the other."""

    def __init__(self, his: Any, hospital: Any) -> None:
        super().__init__()
        self.his, self.hospital = his, hospital
        self.stays: list[Stay] = []
        self.written: list[tuple[str, dict[str, Any], Any]] = []
        self.numbers = 0

    @initialize()
    def admit(self) -> None:
        self.hospital.act("reset", seed=3)
        self.stays = [Stay(self.hospital.admit()) for _ in range(STAYS)]
        for stay in self.stays[1:]:  # one of them is near its settlement already
            self.charge_of(stay, "B001", 1)
            self.order_discharge_of(stay)

    def number(self, letter: str) -> str:
        self.numbers += 1
        return f"{letter}{self.numbers}"

    def write(self, name: str, **fields: Any) -> Any:
        answer = self.his.call(name, **fields)
        self.written.append((name, fields, answer))
        return answer

    @acts_on(
        lambda stay: not stay.locked and stay.state != "discharged", item=items, many=quantities
    )
    def charge(self, stay: Stay, item: str, many: int) -> None:
        self.charge_of(stay, item, many)

    def charge_of(self, stay: Stay, item: str, many: int) -> None:
        line = {"item_code": item, "quantity": many}
        booked = self.hospital.act("admissions/charges", admission_no=stay.number, charges=[line])
        stay.pending[booked["charge_nos"][0]] = booked["total_fen"]

    @acts_on(lambda stay: stay.locked)
    def charge_in_vain(self, stay: Stay) -> None:
        text = self.hospital.refused_act("admissions/charges", admission_no=stay.number, lines=1)
        assert text.startswith(("BILL_LOCKED", "ADMISSION_CLOSED"))

    @acts_on(lambda stay: stay.pending and not stay.locked)
    def withdraw_a_charge(self, stay: Stay) -> None:
        charge_no, _ = stay.pending.popitem()
        self.hospital.act("charges/cancel", charge_no=charge_no)

    @acts_on(lambda stay: stay.state != "discharged", fen=amounts)
    def deposit(self, stay: Stay, fen: int) -> None:
        self.deposit_of(stay, fen)

    def deposit_of(self, stay: Stay, fen: int) -> None:
        number = self.number("D")
        answer = self.write(
            "SaveDeposit",
            deposit_no=number,
            admission_no=stay.number,
            amount_fen=fen,
            channel="wechat_pay",
            paid_at="2024-01-01T00:00:00Z",
        )
        stay.deposits[number] = fen
        stay.balance += fen
        assert answer.deposit_balance_fen == stay.balance

    @acts_on(lambda stay: stay.state != "discharged", fen=amounts)
    def deposit_at_the_window(self, stay: Stay, fen: int) -> None:
        taken = self.hospital.act("admissions/deposits", admission_no=stay.number, amount_fen=fen)
        stay.deposits[taken["his_deposit_no"]] = fen
        stay.balance += fen

    @acts_on(lambda stay: stay.returnable and not stay.locked, part=st.integers(1, 4))
    def return_a_deposit(self, stay: Stay, part: int) -> None:
        number, most = stay.returnable
        body = {"deposit_no": number, "admission_no": stay.number}
        refusal = self.his.refusal_of(
            "CancelDeposit", return_no=self.number("R"), amount_fen=most + 1, **body
        )
        assert refusal.reason == "DEPOSIT_SHORT"
        fen = -(-most // part)
        answer = self.write("CancelDeposit", return_no=self.number("R"), amount_fen=fen, **body)
        stay.deposits[number] -= fen
        stay.balance -= fen
        assert answer.deposit_balance_fen == stay.balance

    @acts_on(lambda stay: stay.state == "admitted")
    def order_discharge(self, stay: Stay) -> None:
        self.order_discharge_of(stay)

    def order_discharge_of(self, stay: Stay) -> None:
        self.hospital.act("admissions/order-discharge", admission_no=stay.number)
        stay.state = "discharge_ordered"

    @acts_on(lambda stay: stay.state == "discharge_ordered" and stay.pending and not stay.locked)
    def lock(self, stay: Stay) -> None:
        number = self.number("S")
        fields = {"settlement_no": number, "admission_no": stay.number, "purpose": 1}
        bill = self.write("Lock", **fields)
        assert bill.total_fen == sum(stay.pending.values())
        assert bill.deposit_balance_fen == stay.balance
        stay.lock = (number, "settle", bill.bill_no)

    @acts_on(lambda stay: stay.locked)
    def unlock(self, stay: Stay) -> None:
        number, _, bill_no = stay.lock
        fields = {"settlement_no": number, "admission_no": stay.number, "bill_no": bill_no}
        self.write("Unlock", **fields)
        stay.lock = ("", "", "")

    @acts_on(lambda stay: stay.lock[1] == "settle")
    def post(self, stay: Stay) -> None:
        total = sum(stay.pending.values())
        bill = self.his.lock(stay.number, stay.lock[0])
        posting = self.his.self_pay_posting(stay.number, stay.lock[0], bill)
        if total > stay.balance:
            refusal = self.his.refusal_of("PostSettlement", **posting)
            assert refusal.reason == "DEPOSIT_SHORT"
            self.deposit_of(stay, total - stay.balance)
        answer = self.write("PostSettlement", **posting)
        stay.balance -= total
        assert answer.deposit_balance_fen == stay.balance
        stay.live, stay.settled, stay.pending = stay.lock[0], stay.pending, {}
        stay.state, stay.lock = "discharged", ("", "", "")

    @acts_on(lambda stay: stay.live and not stay.locked)
    def lock_to_cancel(self, stay: Stay) -> None:
        number = self.number("C")
        bill = self.write(
            "Lock",
            settlement_no=number,
            admission_no=stay.number,
            purpose=2,
            original_settlement_no=stay.live,
        )
        stay.lock = (number, "cancel", bill.bill_no)

    @acts_on(lambda stay: stay.lock[1] == "cancel")
    def cancel(self, stay: Stay) -> None:
        answer = self.write(
            "CancelSettlement",
            cancellation_no=stay.lock[0],
            settlement_no=stay.live,
            admission_no=stay.number,
            reason="费用有误",
        )
        stay.balance += sum(stay.settled.values())
        assert answer.deposit_balance_fen == stay.balance
        stay.pending, stay.settled, stay.live = stay.settled, {}, ""
        stay.state, stay.lock = "discharge_ordered", ("", "", "")

    @precondition(lambda self: self.written)
    @rule(choice=st.randoms(use_true_random=False))
    def repeat_an_earlier_write(self, choice: Any) -> None:
        name, fields, first = choice.choice(self.written)
        assert self.his.call(name, **fields) == first

    @invariant()
    def the_books_agree(self) -> None:
        books = self.hospital.books()
        for stay, told in zip(self.stays, books["admissions"], strict=True):
            assert told["deposit_balance_fen"] == stay.balance >= 0
            assert told["pending_fen"] == sum(stay.pending.values())
            assert told["state"] == stay.state
            assert (told["locked_by"] or "") == stay.lock[0]
        totals = books["totals"]
        assert sum(stay.balance for stay in self.stays) == (
            totals["deposits_fen"] - totals["returns_fen"] - totals["deposit_applied_fen"]
        )
        for settlement in books["settlements"]:
            assert sum(settlement["shares"].values()) == settlement["total_fen"]
            if settlement["state"] == "posted":
                covered = (
                    charge["amount_fen"]
                    for charge in books["charges"]
                    if charge["settled_by"] == settlement["number"]
                )
                assert sum(covered) == settlement["total_fen"]

    def teardown(self) -> None:
        for stay in self.stays:
            answer = self.his.call("QueryDeposits", admission_no=stay.number, page_size=500)
            settled = sum(stay.settled.values())
            assert sum(each.amount_fen for each in answer.deposits) - settled == stay.balance
            assert answer.deposit_balance_fen == stay.balance


def walk(machine: type[Books], his: Any, hospital: Any) -> None:
    """Random walks of one machine."""
    run_state_machine_as_test(
        lambda: machine(his, hospital),
        settings=settings(
            max_examples=20,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_balance_and_bill_hold_under_any_order_of_acts(his, hospital):
    # A machine that never gets to a settlement would prove nothing: where it went is asserted.
    reached = set()

    class Watched(Books):
        def teardown(self) -> None:
            super().teardown()
            settlements = self.hospital.books()["settlements"]
            reached.update(settlement["state"] for settlement in settlements)

    walk(Watched, his, hospital)
    assert reached == {"posted", "cancelled"}


def test_a_wrong_book_breaks_the_identity(his, hospital):
    # The control that goes red: falsified books are noticed by the very same check.
    machine = Books(his, hospital)
    machine.admit()
    machine.deposit_of(machine.stays[0], 5000)
    machine.the_books_agree()
    hospital.act("books/alter", number="D1", fen=4999)
    with pytest.raises(AssertionError):
        machine.the_books_agree()
