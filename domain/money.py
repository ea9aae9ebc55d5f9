"""Money: an exact number of fen. Yuan exist only as text at a wire or before a reader's eyes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

YUAN = re.compile(r"(-?)([0-9]{1,14})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """金额 in integer fen of renminbi. May be negative (a reversal, a returned line)."""

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(f"fen must be an integer, not {self.fen!r}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + other.fen)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - other.fen)

    def __neg__(self) -> "Money":
        return Money(-self.fen)

    def __bool__(self) -> bool:
        return self.fen != 0

    @property
    def positive(self) -> bool:
        """Whether it is more than nothing."""
        return self.fen > 0

    @property
    def negative(self) -> bool:
        """Whether it is less than nothing."""
        return self.fen < 0

    def yuan(self) -> str:
        """`12.30`: two decimals, no separators; the form of every Chinese statement file."""
        sign = "-" if self.fen < 0 else ""
        return f"{sign}{abs(self.fen) // 100}.{abs(self.fen) % 100:02d}"

    @staticmethod
    def from_yuan(text: str) -> "Money":
        """Exact reading of `12`, `12.3`, `-12.30`; anything else, fen fractions too: ValueError."""
        match = YUAN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not an amount in yuan with at most two decimals: {text!r}")
        sign, whole, fraction = match.groups()
        fen = int(whole) * 100 + int((fraction or "").ljust(2, "0"))
        return Money(-fen if sign else fen)

    def split(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Parts in proportion to non-negative weights that sum exactly to this amount.

        Largest remainders get the odd fen; ties go to the earlier part.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be non-negative and not all zero")
        parts = [self.fen * weight // total for weight in weights]
        remainders = [self.fen * weight % total for weight in weights]
        order = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
        for index in order[: self.fen - sum(parts)]:
            parts[index] += 1
        return tuple(Money(part) for part in parts)


ZERO = Money(0)


def total(amounts: Iterable[Money]) -> Money:
    """The exact sum; nothing sums to zero."""
    return Money(sum(amount.fen for amount in amounts))


def least(*amounts: Money) -> Money:
    """The smallest of the amounts."""
    return min(amounts)
