"""The chart of accounts. A journal names accounts only through these."""


def clearing(channel: str) -> str:
    """清算: taken by a channel, not yet paid out to the hospital's bank account."""
    return f"clearing:{channel}"


def cash(terminal: str) -> str:
    """Cash in a window's drawer or a machine's box."""
    return f"cash:{terminal}"


def deposit(admission_no: str) -> str:
    """What the hospital owes the inpatient out of his deposit."""
    return f"deposit:{admission_no}"


def unposted(bill: str) -> str:
    """Receivables of a bill the insurer settled and the HIS has not posted."""
    return f"unposted:{bill}"


def his_settled(bill: str) -> str:
    """A bill as the HIS has settled it."""
    return f"his_settled:{bill}"


def suspense(reason: str) -> str:
    """Fen nobody can explain yet; worked off by a person."""
    return f"suspense:{reason}"


RECEIVABLE_FUND = "receivable:fund"
RECEIVABLE_PERSONAL_ACCOUNT = "receivable:personal_account"
HELD_BY_HIS = "cash:his"  # taken at the HIS's own window, never through us
HOSPITAL_BORNE = "hospital_borne"
ROUNDING = "rounding"
REDUCTION = "reduction"
UNAPPLIED = "unapplied"  # received by us, not yet on the HIS's deposit
REFUND_PAYABLE = "refund_payable"  # owed back, not yet gone
