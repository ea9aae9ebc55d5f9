"""A question that follows a call: its own failure must not be taken for the call's."""

from collections.abc import Awaitable
from typing import TypeVar

from ports.errors import OutcomeUnknown, Refused, Unavailable

T = TypeVar("T")


async def found_out(question: Awaitable[T], code: str = "") -> T:
    """The answer. "Never left" and "refused" said of the question say nothing of the call before.

    `code` is what the other side had said to that call.
    """
    try:
        return await question
    except (Unavailable, Refused) as error:
        raise OutcomeUnknown(error.text, code=code or error.code) from error
