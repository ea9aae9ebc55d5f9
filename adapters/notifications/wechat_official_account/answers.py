"""Answers of the account's API: a JSON object whose `errcode`, where present and not 0, says no."""

import json
from collections.abc import Mapping

import httpx

from ports.errors import OutcomeUnknown, Refused

BUSY = -1
STALE_TOKEN = frozenset({40001, 40014, 42001})

# The message was not sent and will not be. Any other number leaves that open.
DEFINITE = STALE_TOKEN | {
    40003,  # invalid openid
    40013,  # invalid appid
    40037,  # invalid template_id
    40125,  # invalid appsecret
    40164,  # our address is not on the account's list
    40241,  # the same message within 60 s
    41001,  # no access_token
    43004,  # the patient does not follow the account
    43101,  # the patient refuses messages
    43117,  # too many messages to this patient
    45009,  # the day's quota is used up
    47003,  # a field's content is not what the template allows
    48001,  # the account may not use this interface
    61004,  # our address is not registered
}


def read(operation: str, answer: httpx.Response) -> Mapping[str, object]:
    """The object, whatever its errcode."""
    status = answer.status_code
    if status != httpx.codes.OK:
        raise OutcomeUnknown(f"{operation}: HTTP {status}", code=f"http_{status}")
    try:
        content = json.loads(answer.content)
    except ValueError as error:
        raise OutcomeUnknown(f"{operation}: not JSON", code="answer_unreadable") from error
    if not isinstance(content, dict):
        raise OutcomeUnknown(f"{operation}: not an object", code="answer_unreadable")
    return content


def errcode(operation: str, content: Mapping[str, object]) -> int:
    """Their verdict; a successful token answer carries none."""
    code = content.get("errcode", 0)
    if type(code) is not int:
        raise OutcomeUnknown(f"{operation}: errcode is {code!r}", code="answer_unreadable")
    return code


def failure(operation: str, code: int, content: Mapping[str, object]) -> Refused | OutcomeUnknown:
    """Their "no" as Refused when it is definite, as OutcomeUnknown naming the number otherwise."""
    said = f"{operation}: {code} {content.get('errmsg', '')}"
    if code in DEFINITE:
        return Refused(said, code=str(code))
    return OutcomeUnknown(said, code=str(code))
