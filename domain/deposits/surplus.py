"""Which lots pay a settlement and which go back: two readings of one order (surplus order)."""

from collections.abc import Iterable

from domain.deposits.lot import Lot, LotMove
from domain.errors import DepositShort
from domain.money import ZERO, Money, least


def surplus_order(lots: Iterable[Lot]) -> list[Lot]:
    """The order in which lots go back: credit-funded first, then the newest payment first."""
    return sorted(
        (lot for lot in lots if lot.left),
        key=lambda lot: (not lot.funded_by_credit, -lot.paid_at.timestamp(), lot.no),
    )


def take_from_lots(lots: Iterable[Lot], amount: Money) -> list[tuple[Lot, Money]]:
    """The lots that pay `amount`, last to go back first to be used; DepositShort when too small."""
    taken: list[tuple[Lot, Money]] = []
    for lot in reversed(surplus_order(lots)):
        part = least(lot.left, amount)
        if part:
            taken.append((lot, part))
            amount -= part
    if amount:
        raise DepositShort(f"the lots are {amount.fen} fen short")
    return taken


def apply_to_lots(lots: Iterable[Lot], amount: Money) -> tuple[LotMove, ...]:
    """The moves that use up `amount` of the lots."""
    return tuple(LotMove(lot.no, applied=part) for lot, part in take_from_lots(lots, amount))


def unapply_from_lots(lots: Iterable[Lot], amount: Money) -> tuple[LotMove, ...]:
    """The moves that undo an application: what was used up last comes free first."""
    moves: list[LotMove] = []
    for lot in sorted(lots, key=lambda lot: (lot.funded_by_credit, lot.paid_at), reverse=True):
        part = least(lot.applied, amount)
        if part:
            moves.append(LotMove(lot.no, applied=-part))
            amount -= part
    if amount != ZERO:
        raise DepositShort(f"only all but {amount.fen} fen had been applied")
    return tuple(moves)
