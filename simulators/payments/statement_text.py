"""How amounts and times are written in every Chinese statement file."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from simulators.clock import BEIJING


def yuan(fen: int) -> str:
    """Yuan with two decimals, exactly."""
    return f"{Decimal(fen) / 100:.2f}"


def beijing_text(at: datetime | None) -> str:
    """`YYYY-MM-DD HH:MM:SS` in Beijing; empty for no time."""
    return "" if at is None else f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def fee_of(fen: int, rate: Decimal) -> int:
    """手续费: rounded half up to the fen, as real bills show (32.50 at 0.60% is 0.20)."""
    return int((fen * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))
