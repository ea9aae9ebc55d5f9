"""Fields of a control act's JSON body: what is missing or misshapen is refused by name."""

from typing import Any

from simulators.control import BadAct

Body = dict[str, Any]


def text(body: Body, name: str) -> str:
    """A text that must be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadAct(f"{name!r} must be text")
    return value


def whole(body: Body, name: str, default: int | None) -> int:
    """A whole number; None as default means that it must be there."""
    value = body.get(name, default)
    if type(value) is not int:
        raise BadAct(f"{name!r} must be a whole number")
    return value


def one_of(body: Body, name: str, choices: tuple[str, ...]) -> str:
    """One word of a list."""
    value = body.get(name)
    if value not in choices:
        raise BadAct(f"{name!r} must be one of {choices}")
    return str(value)
