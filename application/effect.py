"""What an effect is to the loop: a key for an attempt, a call, a question about a lost one."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from domain.identifiers import AttemptKey
from domain.insurance.person import Credential
from domain.plan.attempt import Attempt, Proof
from domain.plan.plan import Plan
from domain.visits.patient_account import PatientAccount
from ports.errors import CallFailed, Refused


@dataclass(frozen=True, slots=True)
class Hand:
    """Secrets only the caller has at this moment; never part of a plan, never stored or logged."""

    auth_code: str = field(default="", repr=False)  # 付款码
    credential: Credential | None = field(default=None, repr=False)


EMPTY_HAND = Hand()


@dataclass(frozen=True, slots=True)
class Done:
    """It happened."""

    answer: Any = None
    their_number: str = ""
    text: str = ""
    proof: Proof = Proof.ANSWER


@dataclass(frozen=True, slots=True)
class StillPending:
    """It is under way and healthy; ask at `ask_at`."""

    ask_at: datetime
    answer: Any = None


@dataclass(frozen=True, slots=True)
class RefusedThere:
    """Found out: the other side had refused it."""

    code: str
    text: str
    proof: Proof = Proof.QUERY


@dataclass(frozen=True, slots=True)
class ProvenDead:
    """Found out: it did not happen and cannot happen any more under this key."""

    proof: Proof
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class StillUnknown:
    """Asked, and no wiser."""

    text: str


Outcome = Done | StillPending | RefusedThere | ProvenDead | StillUnknown


@dataclass(frozen=True, slots=True)
class Context:
    """What a call or a question may look at besides its attempt."""

    plan: Any  # the plan, in its own class
    attempt: Attempt
    account: PatientAccount
    now: datetime
    hand: Hand = EMPTY_HAND


class Effect(Protocol):
    """One kind of step. `call` fails only as ports/errors.py says; `ask` raises nothing."""

    name: str
    # Whether an attempt that never left may be sent again later as it is. A patient standing at a
    # counter is better told to try again.
    resend: bool = True

    async def new_key(self, plan: Plan) -> AttemptKey:
        """The number the next attempt goes by: by default ours, counted per effect."""
        return own_key(plan, self.name)

    @abstractmethod
    async def call(self, context: Context) -> Done | StillPending:
        """Does it."""

    @abstractmethod
    async def ask(self, context: Context) -> Outcome:
        """Finds out what became of it; may repeat it under the same key where that is safe."""


def own_key(plan: Plan, effect: str) -> AttemptKey:
    """A number of ours, unique for ever: plan, effect, count."""
    return AttemptKey(f"{plan.no}.{effect}.{len(plan.step(effect).attempts) + 1}")


def channel_key(plan: Plan, effect: str) -> AttemptKey:
    """A number of ours short enough for payment channels (at most 32 letters and digits)."""
    return AttemptKey(f"{plan.no}{len(plan.step(effect).attempts) + 1:02d}")


async def repeated(call: Callable[[], Awaitable[Done | StillPending]]) -> Outcome:
    """The same call under the same key, as an answer to a question."""
    try:
        return await call()
    except Refused as refused:
        return RefusedThere(refused.code, refused.text, Proof.ANSWER)
    except CallFailed as failed:
        return StillUnknown(failed.text)


def no_effect(what: str) -> ProvenDead:
    """The lost call changes nothing there, so it may simply be made again under a new key."""
    return ProvenDead(Proof.REPEATABLE, f"{what} may be repeated")
