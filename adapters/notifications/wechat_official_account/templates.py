"""Message templates (模板消息): which template and which of its fields tell one kind of message."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.messages.message import Message, MessageKind
from ports.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSpec:
    """One template of the account. `fields`: the template's field -> the message's word."""

    template_id: str
    fields: Mapping[str, str]

    def filled(self, message: Message) -> dict[str, dict[str, str]]:
        """The template's `data`; Refused(code="missing_word") names the word that is not there."""
        missing = sorted(set(self.fields.values()) - message.words.keys())
        if missing:
            raise Refused(
                f"the message {message.no} ({message.kind}) has no word {missing[0]!r}",
                code="missing_word",
            )
        return {field: {"value": message.words[word]} for field, word in self.fields.items()}


def require_every_kind(templates: Mapping[MessageKind, TemplateSpec]) -> None:
    """A kind without a template would only be noticed when a patient is to be told something."""
    missing = sorted(set(MessageKind) - templates.keys())
    if missing:
        raise ValueError(f"no template for {', '.join(missing)}")
