"""Which lots pay and which go back: the surplus order of DESIGN §3."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deposits.lot import Lot
from domain.deposits.surplus import (
    apply_to_lots,
    surplus_order,
    take_from_lots,
    unapply_from_lots,
)
from domain.errors import DepositShort, LotExceeded
from domain.identifiers import AdmissionNo, InstitutionId, PlanNo
from domain.money import Money, total
from domain.refunds.plan import surplus_refunds

START = datetime(2026, 11, 22, tzinfo=UTC)


def lot(no: str, fen: int, day: int, channel: str = "wechat_pay", *, credit: bool = False) -> Lot:
    return Lot(
        no=PlanNo(no),
        admission_no=AdmissionNo("ZY1"),
        channel=channel,
        channel_order_no=f"{no}01",
        paid=Money(fen),
        paid_at=START + timedelta(days=day),
        funded_by_credit=credit,
    )


OLD, MIDDLE, NEW = lot("A", 1000, 0), lot("B", 500, 1), lot("C", 300, 2, "cash")
CREDIT = lot("D", 200, 0, credit=True)


def test_credit_goes_back_first_then_the_newest_payment() -> None:
    assert [x.no for x in surplus_order((OLD, CREDIT, NEW, MIDDLE))] == ["D", "C", "B", "A"]


def test_the_settlement_uses_the_lots_that_would_go_back_last() -> None:
    taken = take_from_lots((OLD, MIDDLE, NEW, CREDIT), Money(1200))
    assert [(x.no, part.fen) for x, part in taken] == [("A", 1000), ("B", 200)]


def test_a_settlement_larger_than_the_lots_is_refused() -> None:
    with pytest.raises(DepositShort) as refused:
        apply_to_lots((OLD,), Money(1001))
    assert refused.value.code == "deposit_short"


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8), st.data())
def test_what_is_used_and_what_goes_back_is_everything_to_the_fen(
    amounts: list[int], data: st.DataObject
) -> None:
    lots = tuple(lot(f"L{i}", fen, i) for i, fen in enumerate(amounts))
    due = Money(data.draw(st.integers(0, sum(amounts))))
    moves = {move.no: move.applied for move in apply_to_lots(lots, due)}
    after = tuple(
        Lot(**{f: getattr(x, f) for f in Lot.__slots__} | {"applied": moves.get(x.no, Money(0))})
        for x in lots
    )
    refunds = surplus_refunds(
        after,
        Money(sum(amounts)) - due,
        settlement_no=PlanNo("SL1"),
        institution=InstitutionId("H"),
        at=START,
    )
    assert total(moves.values()) + total(refund.amount for refund in refunds) == Money(sum(amounts))
    undone = unapply_from_lots(after, due)
    assert total(move.applied for move in undone) == -due


def test_a_lot_cannot_promise_more_than_it_holds() -> None:
    with pytest.raises(LotExceeded) as refused:
        Lot(
            no=PlanNo("A"),
            admission_no=AdmissionNo("ZY1"),
            channel="wechat_pay",
            channel_order_no="A01",
            paid=Money(100),
            paid_at=START,
            applied=Money(60),
            returning=Money(41),
        )
    assert refused.value.code == "refund_exceeds_payment"
