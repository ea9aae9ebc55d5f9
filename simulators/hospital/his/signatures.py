"""The signature scheme of contracts/README.md, written here a second time and on purpose: a HIS
vendor reads that page, not Medsettle's code.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from simulators.clock import SimulatedClock
from simulators.hospital.his.refusals import Unauthenticated

KEY_ID = "medsettle-key-id"
TIMESTAMP = "medsettle-timestamp"
NONCE = "medsettle-nonce"
SIGNATURE = "medsettle-signature"
TOLERANCE = timedelta(seconds=300)
NONCE_FORM = re.compile(r"[0-9A-Za-z_-]{16,64}")

Metadata = Iterable[tuple[str, str | bytes]]


def signature(secret: str, method: str, timestamp: str, nonce: str, message: bytes) -> str:
    """Lower-case hex HMAC-SHA256 over the five lines."""
    digest = hashlib.sha256(message).hexdigest()
    lines = "".join(f"{line}\n" for line in ("GRPC", method, timestamp, nonce, digest))
    return hmac.new(secret.encode(), lines.encode(), hashlib.sha256).hexdigest()


def signed_metadata(
    *, key_id: str, secret: str, method: str, timestamp: str, nonce: str, message: bytes
) -> list[tuple[str, str]]:
    """The four metadata entries of a call we make."""
    return [
        (KEY_ID, key_id),
        (TIMESTAMP, timestamp),
        (NONCE, nonce),
        (SIGNATURE, signature(secret, method, timestamp, nonce, message)),
    ]


class SignatureCheck:
    """Verifies calls and remembers nonces for as long as their timestamps would still pass.

    A timestamp is compared with the machine's clock and with the moved business clock: moving
    business time must not lock out a caller whose clock was, or was not, moved along.
    """

    def __init__(self, keys: dict[str, str], clock: SimulatedClock) -> None:
        self._keys = keys
        self._clock = clock
        self._seen: dict[tuple[str, str], datetime] = {}

    def verify(self, method: str, metadata: Metadata, message: bytes) -> None:
        """Raises Unauthenticated, saying what is wrong, unless the call is rightly signed."""
        given = {name: str(value) for name, value in metadata}
        for name in (KEY_ID, TIMESTAMP, NONCE, SIGNATURE):
            if name not in given:
                raise Unauthenticated("unsigned", f"{name} is missing")
        key_id, timestamp, nonce = given[KEY_ID], given[TIMESTAMP], given[NONCE]
        secret = self._keys.get(key_id)
        if secret is None:
            raise Unauthenticated("invalid", f"{KEY_ID} {key_id!r} is unknown")
        if NONCE_FORM.fullmatch(nonce) is None:
            raise Unauthenticated("invalid", f"{NONCE} must be 16 to 64 of [0-9A-Za-z_-]")
        self._check_timestamp(timestamp)
        expected = signature(secret, method, timestamp, nonce, message)
        if not hmac.compare_digest(expected, given[SIGNATURE]):
            raise Unauthenticated("invalid", f"{SIGNATURE} does not verify")
        self._use_nonce(key_id, nonce)

    def _check_timestamp(self, timestamp: str) -> None:
        if not timestamp.isdecimal():
            raise Unauthenticated("invalid", f"{TIMESTAMP} must be Unix seconds")
        business = self._clock.now()
        clocks = (business, machine_time(self._clock))
        off = min(abs(now.timestamp() - int(timestamp)) for now in clocks)
        if off > TOLERANCE.total_seconds():
            raise Unauthenticated("invalid", f"{TIMESTAMP} is {int(off)} s off, 300 s are allowed")

    def _use_nonce(self, key_id: str, nonce: str) -> None:
        now = machine_time(self._clock)
        while self._seen and (oldest := next(iter(self._seen.items())))[1] < now - 2 * TOLERANCE:
            del self._seen[oldest[0]]
        if (key_id, nonce) in self._seen:
            raise Unauthenticated("invalid", f"{NONCE} was used before")
        self._seen[key_id, nonce] = now


def machine_time(clock: SimulatedClock) -> datetime:
    """The instant without the offset by which business time was moved."""
    return clock.now() - timedelta(seconds=clock.offset_seconds)
