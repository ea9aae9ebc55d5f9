"""A write happens once per idempotency key; whoever repeats it gets the first answer.

The key is claimed in the commit of the write's intent, so a write refused before that leaves its
key free. A claim without an answer is a write whose caller was lost, or is still under way.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from application.advance_plan import AdvancePlan
from application.effect import EMPTY_HAND, Hand
from domain.errors import IdempotencyConflict, MedsettleError
from domain.plan.plan import Plan
from ports.store import Changeset, Claim, KeyTaken, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the caller reads, byte for byte."""

    status: int
    body: str
    repeated: bool = False  # an earlier write of this key has it


Act = Callable[[Claim], Awaitable[Plan]]
Present = Callable[[Plan], Awaitable[Answer]]


class OncePerKey:
    """Runs a write under its key."""

    def __init__(self, store: Store, advance: AdvancePlan) -> None:
        self._store = store
        self._advance = advance

    async def __call__(
        self, claim: Claim, act: Act, present: Present, hand: Hand = EMPTY_HAND
    ) -> Answer:
        """The first answer of this key. IdempotencyConflict when it came with another input.

        `hand`: the secrets of this input, for a write that is taken up where it was left.
        """
        first = await self._store.claim(claim.application, claim.key)
        if first is None:
            try:
                plan = await act(claim)
            except (KeyTaken, MedsettleError):
                # Somebody may have come first with this very key, and that is why it was refused.
                first = await self._store.claim(claim.application, claim.key)
                if first is None:
                    raise
            else:
                return await self._keep(claim.of(plan.no), await present(plan))
        if first.input_hash != claim.input_hash:
            raise IdempotencyConflict(
                f"the key was used for {first.plan_no} with another input", field="Idempotency-Key"
            )
        if first.answer is None:
            answer = await present(await self._advance(first.plan_no, hand))
            return replace(await self._keep(first, answer), repeated=True)
        return _answer_of(first, repeated=True)

    async def _keep(self, claim: Claim, answer: Answer) -> Answer:
        """Of two that are there at once, the first to be kept is everybody's."""
        answered = replace(claim, answer=answer.body, status=answer.status)
        if await self._store.claim(claim.application, claim.key) is None:
            # What was asked for was there already, so there was no intent to claim the key.
            try:
                await self._store.commit(Changeset(claim=answered))
            except KeyTaken as taken:
                if taken.what != "idempotency":
                    raise
        return _answer_of(await self._store.keep_answer(answered), repeated=False)


def _answer_of(claim: Claim, *, repeated: bool) -> Answer:
    if claim.answer is None or claim.status is None:
        raise LookupError(f"{claim.application} {claim.key} has no answer yet")
    return Answer(status=claim.status, body=claim.answer, repeated=repeated)
