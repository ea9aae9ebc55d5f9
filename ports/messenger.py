"""Pushes messages to patients' phones (消息推送)."""

from abc import abstractmethod
from typing import Protocol

from domain.identifiers import OpenId
from domain.messages.message import Message


class Messenger(Protocol):
    """A channel to the patient's phone. Raises Refused, Unavailable or OutcomeUnknown only."""

    @abstractmethod
    async def push(self, message: Message, to: OpenId) -> str:
        """Sends one message; returns the messenger's number. `message.no` is its dedup key."""
