"""Fields of a simulator's configuration file: an unusable one is refused by name."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class BadConfiguration(ValueError):
    """The configuration file is unusable; the text names the key."""


def refuse_unknown(source: Mapping[str, Any], known: frozenset[str]) -> None:
    """A key nobody reads is a mistake."""
    unknown = set(source) - known
    if unknown:
        raise BadConfiguration(f"unknown key {sorted(unknown)[0]!r}")


def text(source: Mapping[str, Any], key: str, length: int | None = None) -> str:
    """A text that must be there."""
    value = source.get(key)
    if not isinstance(value, str) or not value:
        raise BadConfiguration(f"{key!r} must be text")
    if length is not None and len(value) != length:
        raise BadConfiguration(f"{key!r} must have {length} characters")
    return value


def one_of(source: Mapping[str, Any], key: str, *choices: str) -> str:
    """One word of a list; the first when absent."""
    value = source.get(key, choices[0])
    if value not in choices:
        raise BadConfiguration(f"{key!r} must be one of {choices}")
    return str(value)


def private_key(source: Mapping[str, Any], key: str) -> RSAPrivateKey:
    """An RSA key as PEM text."""
    loaded = load_pem_private_key(text(source, key).encode(), password=None)
    if not isinstance(loaded, RSAPrivateKey):
        raise BadConfiguration(f"{key!r} is not an RSA key")
    return loaded


def rate(source: Mapping[str, Any], key: str, default: str) -> Decimal:
    """A proportion as text, such as `0.0060`."""
    value = source.get(key, default)
    if not isinstance(value, str):
        raise BadConfiguration(f"{key!r} must be text such as {default!r}")
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise BadConfiguration(f"{key!r} is no number: {value}") from error
