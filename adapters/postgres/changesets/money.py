"""Guarded balances and lots, and the ledger."""

from collections import defaultdict
from dataclasses import fields

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.changesets.writing import Values, Writing
from adapters.postgres.tables import deposit_account, deposit_lot, ledger_journal
from domain.deposits.lot import Lot
from domain.errors import DepositShort, LotExceeded
from domain.money import ZERO, Money
from ports.store import Changeset

_OPEN_ACCOUNT = insert(deposit_account).on_conflict_do_nothing()
_MOVE_DEPOSIT = text(
    "UPDATE deposit_account SET balance = balance + :balance, held = held + :held"
    " WHERE institution_id = :institution_id AND admission_no = :admission_no"
    " AND held + :held >= 0 AND held + :held <= balance + :balance"
)
_MOVE_LOT = text(
    "UPDATE deposit_lot SET applied = applied + :applied,"
    ' "returning" = "returning" + :returning, returned = returned + :returned'
    " WHERE institution_id = :institution_id AND no = :no"
    ' AND applied + :applied >= 0 AND "returning" + :returning >= 0'
    " AND returned + :returned >= 0"
    ' AND applied + "returning" + returned + :applied + :returning + :returned <= paid'
)
# All entries in one statement: the database checks the balance of what one statement brings.
_INSERT_ENTRIES = text(
    "INSERT INTO ledger_entry (institution_id, changeset_no, position, line, account, amount)"
    " SELECT :institution_id, :changeset_no, * FROM unnest(CAST(:positions AS integer[]),"
    " CAST(:lines AS integer[]), CAST(:accounts AS text[]), CAST(:amounts AS bigint[]))"
)


async def move_deposits(writing: Writing, changes: Changeset) -> None:
    """All moves of an account as one; DepositShort when they would break 0 ≤ held ≤ balance."""
    sums: dict[str, tuple[Money, Money]] = defaultdict(lambda: (ZERO, ZERO))
    for move in changes.deposit_moves:
        balance, held = sums[move.admission_no]
        sums[move.admission_no] = (balance + move.balance, held + move.held)
    for admission_no, (balance, held) in sorted(sums.items()):
        account = {"admission_no": admission_no}
        row = {**account, "balance": balance.fen, "held": held.fen}
        if await writing.count(_MOVE_DEPOSIT, row):
            continue
        await writing.count(_OPEN_ACCOUNT, {**account, "balance": ZERO, "held": ZERO})
        if not await writing.count(_MOVE_DEPOSIT, row):
            raise DepositShort(f"{balance.fen} of balance, {held.fen} held is too much to move")


async def write_lots(writing: Writing, changes: Changeset) -> None:
    """New lots, then all moves of a lot as one; LotExceeded when more than paid is spoken for."""
    await writing.write(insert(deposit_lot), [_lot_row(lot) for lot in changes.new_lots])
    sums: dict[str, tuple[Money, Money, Money]] = defaultdict(lambda: (ZERO, ZERO, ZERO))
    for move in changes.lot_moves:
        applied, returning, returned = sums[move.no]
        sums[move.no] = (
            applied + move.applied,
            returning + move.returning,
            returned + move.returned,
        )
    for no, parts in sorted(sums.items()):
        row = dict(
            zip(("applied", "returning", "returned"), (part.fen for part in parts), strict=True)
        )
        if not await writing.count(_MOVE_LOT, {"no": no, **row}):
            raise LotExceeded(f"lot {no} has not that much left")


async def write_journals(writing: Writing, changes: Changeset) -> None:
    """Journals and their entries, numbered within the changeset."""
    heads = [
        {
            "changeset_no": writing.changeset_no,
            "position": position,
            "plan_no": journal.plan_no,
            "what": journal.what,
            "at": journal.at,
        }
        for position, journal in enumerate(changes.journals, start=1)
    ]
    entries = [
        (position, line, entry.account, entry.amount.fen)
        for position, journal in enumerate(changes.journals, start=1)
        for line, entry in enumerate(journal.entries, start=1)
    ]
    if entries:
        await writing.write(insert(ledger_journal), heads)
        columns = zip(*entries, strict=True)
        arrays = dict(zip(("positions", "lines", "accounts", "amounts"), columns, strict=True))
        await writing.count(_INSERT_ENTRIES, {"changeset_no": writing.changeset_no, **arrays})


def _lot_row(lot: Lot) -> Values:
    return {field.name: getattr(lot, field.name) for field in fields(lot)}
