"""What the database's refusals mean, by SQLSTATE and by constraint name, never by message text."""

from enum import Enum, auto

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.errors import AlreadyRegistered, DepositShort, LotExceeded, StaleVersion
from ports.errors import Unavailable
from ports.store import KeyTaken


class ConstraintViolated(Exception):
    """A row broke a rule of the schema that no guard foresees: a fault of ours, nothing is written.

    It names the rule only: the database's own text quotes the row, with the patient in it.
    """

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class SerialsExhausted(Unavailable):
    """Every one of a second's 10,000 message numbers is given out; the next second has more."""


class Remedy(Enum):
    """What to do about a failed transaction."""

    AGAIN_AT_ONCE = auto()  # a deadlock or a serialization failure: rolled back, nobody's fault
    AGAIN_AFTER_A_PAUSE = auto()  # the connection or the server is gone, or is short of resources
    NONE = auto()  # it will be refused again


def remedy(error: DBAPIError | OSError | PoolTimeout) -> Remedy:
    """By the SQLSTATE; a connection that broke without one counts as gone."""
    if not isinstance(error, DBAPIError) or error.connection_invalidated:
        return Remedy.AGAIN_AFTER_A_PAUSE
    state: str = getattr(error.orig, "sqlstate", None) or ""
    if state in ("40001", "40P01"):
        return Remedy.AGAIN_AT_ONCE
    return Remedy.AGAIN_AFTER_A_PAUSE if state[:2] in ("08", "53", "57") else Remedy.NONE


def violated_constraint(error: BaseException) -> str:
    """The constraint a statement broke, or the column it left empty; nothing when it broke none."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else None
    return getattr(cause, "constraint_name", None) or getattr(cause, "column_name", None) or ""


def refusal(constraint: str) -> Exception:
    """The refusal that a broken constraint stands for."""
    match constraint:
        case "uq_plan_live_settlement":
            return KeyTaken("live_settlement")
        case "uq_insured_stay_live" | "pk_insured_stay":
            return AlreadyRegistered("the stay has a live registration", field="admission_no")
        case "pk_deposit_lot":
            return StaleVersion("the lot is there already")
        case "ck_deposit_account_held":
            return DepositShort("the move would break 0 ≤ held ≤ balance")
        case "ck_deposit_lot_parts" | "ck_deposit_lot_paid":
            return LotExceeded("more of the lot would be spoken for than was paid")
        case _:
            return ConstraintViolated(constraint)
