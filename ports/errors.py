"""The three ways a call to an outside system fails. There is no fourth.

CallFailed
├── Refused         the other side said no: it did not happen and will not
├── Unavailable     it never left: not connected, so nothing happened
└── OutcomeUnknown  everything else: timeout, reset, 5xx, unreadable or badly signed answer
"""


class CallFailed(Exception):
    """Base; `code` and `text` are the other side's own words where it gave any."""

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class Refused(CallFailed):
    """The other side's definite no, in an answer whose origin is verified."""


class Unavailable(CallFailed):
    """The request was never sent. Sending the same again is safe."""


class OutcomeUnknown(CallFailed):
    """It may have happened. Never repeated under a new number; found out instead."""


class AlreadyUploaded(Refused):
    """费用明细: a line number is there already; evidence that an earlier upload arrived."""


class AlreadyCancelled(Refused):
    """结算撤销: the settlement had been undone before; as good as success."""
