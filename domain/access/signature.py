"""The application signature of contracts/README.md: five lines, HMAC-SHA256, lower-case hex."""

import hashlib
import hmac
import re
from datetime import datetime

from domain.errors import ClockSkewed, SignatureInvalid

ALGORITHM = "HMAC-SHA256"
SKEW_SECONDS_MAX = 300
TIMESTAMP = re.compile(r"[0-9]{1,12}")
NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")


def sign(secret: str, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature of one call; `method` is `GRPC` and `path` the full method name for gRPC."""
    lines = (method, path, timestamp, nonce, hashlib.sha256(body).hexdigest())
    text = "".join(line + "\n" for line in lines)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def verify(
    secret: str,
    method: str,
    path: str,
    timestamp: str,
    nonce: str,
    body: bytes,
    signature: str,
    now: datetime,
) -> None:
    """Raises SignatureInvalid or ClockSkewed unless the call is signed with this secret, now."""
    if TIMESTAMP.fullmatch(timestamp) is None:
        raise SignatureInvalid("the timestamp is not Unix seconds", field="Medsettle-Timestamp")
    if NONCE.fullmatch(nonce) is None:
        raise SignatureInvalid(
            "the nonce is not 16 to 64 of [0-9A-Za-z_-]", field="Medsettle-Nonce"
        )
    if abs(int(timestamp) - int(now.timestamp())) > SKEW_SECONDS_MAX:
        raise ClockSkewed(
            f"the timestamp is more than {SKEW_SECONDS_MAX} s from {int(now.timestamp())}",
            field="Medsettle-Timestamp",
        )
    expected = sign(secret, method, path, timestamp, nonce, body)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise SignatureInvalid(
            "the signature does not verify over method, path, timestamp, nonce and body digest",
            field="Medsettle-Signature",
        )
