"""Pages of a listing: an opaque token that holds the listing's place and fits no other listing."""

import base64
import binascii
import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol, TypeVar

from simulators.hospital.his.refusals import Malformed

LARGEST_PAGE = 500
USUAL_PAGE = 100


class Placed(Protocol):
    """A record with its place in the books."""

    @property
    def sequence(self) -> int: ...


Record = TypeVar("Record", bound=Placed)


def page(
    listing: str, records: Sequence[Record], token: str, size: int
) -> tuple[Sequence[Record], str]:
    """One page of `records` (in ascending sequence) and the token of the next, empty at the end.

    `listing` names what is listed; a token of another listing is refused.
    """
    if not 0 <= size <= LARGEST_PAGE:
        raise Malformed("page_size", f"{size} is not in 0..{LARGEST_PAGE}")
    after = _place(listing, token) if token else 0
    start = bisect_right(records, after, key=lambda record: record.sequence)
    end = start + (size or USUAL_PAGE)
    chosen = records[start:end]
    return chosen, _token(listing, chosen[-1].sequence) if end < len(records) else ""


def _token(listing: str, place: int) -> str:
    return base64.urlsafe_b64encode(f"{_fingerprint(listing)}.{place}".encode()).decode()


def _place(listing: str, token: str) -> int:
    try:
        fingerprint, _, place = (
            base64.b64decode(token, b"-_", validate=True).decode().partition(".")
        )
    except (binascii.Error, UnicodeError) as error:
        raise Malformed("page_token", "was not given out by this HIS") from error
    if fingerprint != _fingerprint(listing) or not place.isdecimal():
        raise Malformed("page_token", "belongs to another listing")
    return int(place)


def _fingerprint(listing: str) -> str:
    return hashlib.sha256(listing.encode()).hexdigest()[:16]
