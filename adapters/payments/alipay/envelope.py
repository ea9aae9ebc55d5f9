"""The gateway's answer: one signed JSON value found as it came, byte for byte, and its signature.

The signature covers the value's own characters, so they are cut out and never written again.
"""

import json
import re
from dataclasses import dataclass

from adapters.wire.answer_fields import UNREADABLE, JsonObject, json_object
from ports.errors import OutcomeUnknown

ERROR_NODE = "error_response"  # the gateway itself speaks
SPACE = re.compile(r"[ \t\r\n]*")
DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the answer carries. `sign` is empty when nobody signed it."""

    raw: bytes  # the node's value, exactly as it came
    content: JsonObject
    sign: str
    certificate: str  # SN of the certificate it was signed with, in certificate mode


def opened(body: bytes, node: str) -> Envelope:
    """The answer to a call whose node is `node`, or the gateway's own error."""
    try:
        whole = body.decode()
        members = _members(whole)
    except (ValueError, RecursionError) as error:
        raise OutcomeUnknown(f"not the gateway's JSON: {error}", code=UNREADABLE) from error
    given = [members[name] for name in (node, ERROR_NODE) if name in members]
    if len(given) != 1:
        raise OutcomeUnknown(f"neither {node} nor {ERROR_NODE}", code=UNREADABLE)
    return Envelope(
        raw=given[0].encode(),
        content=json_object(given[0]),
        sign=_text(members, "sign"),
        certificate=_text(members, "alipay_cert_sn"),
    )


def _members(whole: str) -> dict[str, str]:
    """Name -> the characters of its value. A name that comes twice could hide one reading."""
    position = _after(whole, 0, "{")
    found: dict[str, str] = {}
    while True:
        name, position = DECODER.raw_decode(whole, position)
        start = _after(whole, position, ":")
        _, position = DECODER.raw_decode(whole, start)
        if not isinstance(name, str) or name in found:
            raise ValueError(f"the member {name!r} is no name or comes twice")
        found[name] = whole[start:position]
        position = _skip(whole, position)
        if whole[position : position + 1] == "}":
            break
        position = _after(whole, position, ",")
    if whole[_skip(whole, position + 1) :]:
        raise ValueError("text after the object")
    return found


def _text(members: dict[str, str], name: str) -> str:
    value = json.loads(members.get(name, '""'))
    if not isinstance(value, str):
        raise OutcomeUnknown(f"{name!r} is not text", code=UNREADABLE)
    return value


def _skip(whole: str, position: int) -> int:
    space = SPACE.match(whole, position)
    return space.end() if space else position


def _after(whole: str, position: int, mark: str) -> int:
    position = _skip(whole, position)
    if whole[position : position + 1] != mark:
        raise ValueError(f"{mark!r} expected at character {position}")
    return _skip(whole, position + 1)
