"""消息推送: what a patient was told, and whether it arrived."""

from domain.messages.message import MessageKind
from interfaces.rest.views.plans import Instant, View
from ports.store import QueuedMessage


class MessageView(View):
    """One message; `path` is what its link opens."""

    no: str
    kind: MessageKind
    at: Instant
    words: dict[str, str]
    path: str
    subscriber: str
    delivered_at: Instant | None
    their_number: str
    attempts: int
    last_error: str


class MessagesView(View):
    """The messages of a stay, oldest first."""

    items: list[MessageView]


def message_view(queued: QueuedMessage) -> MessageView:
    """One message as it stands."""
    message = queued.message
    return MessageView(
        no=message.no,
        kind=message.kind,
        at=message.at,
        words=message.words,
        path=message.path,
        subscriber=queued.subscriber,
        delivered_at=queued.delivered_at,
        their_number=queued.their_number,
        attempts=queued.attempts,
        last_error=queued.last_error,
    )
