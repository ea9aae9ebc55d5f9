"""Yuan at the wire, integer fen in the books, and JSON that carries both without a float."""

import json
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
HUNDRED = 100


def yuan(fen: int) -> Decimal:
    """The wire's figure of an amount: yuan with two decimals, exact."""
    return (Decimal(fen) / HUNDRED).quantize(FEN)


def fen_of(amount: Decimal) -> int:
    """The fen of a yuan figure that has no more than two decimals."""
    fen = amount * HUNDRED
    if fen != fen.to_integral_value():
        raise ValueError(f"{amount} has more than two decimals")
    return int(fen)


def half_up(fen: Decimal) -> int:
    """Whole fen, a half away from zero, so that a return line mirrors the line it returns."""
    return int(fen.quantize(Decimal(1), ROUND_HALF_UP))


def read_json(text: str | bytes) -> object:
    """JSON whose fractions are Decimal."""
    value: object = json.loads(text, parse_float=Decimal, parse_constant=_no_such_number)
    return value


def write_json(value: object) -> str:
    """JSON in which a Decimal is a bare number, written digit for digit."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(k)}:{write_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write_json(one) for one in value) + "]"
    if value is None or isinstance(value, str | bool | int):
        return _text(value)
    raise TypeError(f"{type(value).__name__} has no place on this wire")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _no_such_number(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")
