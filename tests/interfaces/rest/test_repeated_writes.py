"""A write happens once per idempotency key: over PostgreSQL, with the HIS simulator on its wire."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from application.advance_plan import AdvancePlan
from application.deposits.top_up_deposit import TopUp
from application.effect import Context, Effect, Outcome, StillPending
from domain.deposits.plan import COLLECT, SAVE_TO_HIS, DepositPlan
from domain.identifiers import AdmissionNo, AttemptKey, PlanNo
from domain.money import Money
from domain.payments.payment import Product
from domain.plan.attempt import Attempt, AttemptState, Evidence, Proof
from domain.plan.plan import PlanState
from domain.plan.step import Step
from interfaces.rest.idempotency import location_of, refusal_of
from interfaces.rest.uses import Uses
from ports.store import Changeset, Claim
from tests.conformance.hospital.simulated_his import SimulatedHis
from tests.interfaces.rest.conftest import INSTITUTION, Channel


@pytest.fixture
def parts(parts: dict[str, Any], behind: dict[str, Any]) -> dict[str, Any]:
    return parts | behind


def cash(admission_no: str, fen: int = 20000) -> dict[str, object]:
    return {
        "admission_no": admission_no,
        "amount_fen": fen,
        "channel": "cash",
        "product": "cash",
        "terminal": "W01",
        "operator": "C001",
    }


async def post(channel: Channel, body: object, key: str) -> httpx.Response:
    now = datetime.now(UTC)
    raw = httpx.Request("POST", "http://x", json=body).content
    headers = channel.signed("POST", "/v1/deposits", raw, at=int(now.timestamp()))
    headers |= {"Idempotency-Key": key, "Content-Type": "application/json"}
    return await channel.client.post("/v1/deposits", content=raw, headers=headers)


async def balance(parts: dict[str, Any], no: AdmissionNo) -> Money:
    account = await parts["store"].account(no)
    assert account is not None
    return Money(account.deposit.balance.fen)


async def test_a_repeated_write_gets_the_first_answer_byte_for_byte(
    parts: dict[str, Any], channel: Channel, his: SimulatedHis
) -> None:
    no = await his.admit(insured=False)
    first = await post(channel, cash(no), "K1")
    again = await post(channel, dict(reversed(cash(no).items())), "K1")
    assert (first.status_code, first.json()["state"]) == (201, "finished")
    assert "Idempotency-Hit" not in first.headers
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Hit"] == "true"
    assert await balance(parts, no) == Money(20000)


async def test_a_key_with_another_input_is_refused_and_does_nothing(
    parts: dict[str, Any], channel: Channel, his: SimulatedHis
) -> None:
    no = await his.admit(insured=False)
    await post(channel, cash(no), "K1")
    other = await post(channel, cash(no, 20001), "K1")
    problem = other.json()
    assert (other.status_code, problem["code"]) == (422, "idempotency_key_reused")
    assert problem["field"] == "Idempotency-Key"
    assert await balance(parts, no) == Money(20000)


async def test_a_write_refused_before_its_intent_leaves_its_key_free(
    parts: dict[str, Any], channel: Channel, his: SimulatedHis
) -> None:
    no = await his.admit(insured=False)
    over = await post(channel, cash(no, 10_000_001), "K1")
    assert (over.status_code, over.json()["code"], over.json()["field"]) == (
        422,
        "invalid_amount",
        "amount_fen",
    )
    unknown = await post(channel, cash("ZY-NOBODY"), "K1")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "admission_not_found")
    assert (await post(channel, cash(no), "K1")).status_code == 201


async def test_many_at_once_with_one_key_are_one_write(
    parts: dict[str, Any], channel: Channel, his: SimulatedHis
) -> None:
    no = await his.admit(insured=False)
    answers = await asyncio.gather(*(post(channel, cash(no), "K1") for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 202}
    assert len({answer.content for answer in answers}) == 1
    finished = await post(channel, cash(no), "K2")
    assert finished.status_code == 201
    while (await balance(parts, no)).fen < 40000:
        await asyncio.sleep(0.05)
    assert await balance(parts, no) == Money(40000)


async def test_a_write_whose_caller_was_lost_is_taken_up_and_not_made_again(
    parts: dict[str, Any], channel: Channel, his: SimulatedHis
) -> None:
    """The process died between the intent and the answer: the claim is there, the answer is not."""
    no = await his.admit(insured=False)
    first = await post(channel, cash(no), "K0")
    kept = await parts["store"].claim("demo-channel", "K0")
    command = TopUp(
        admission_no=no,
        amount=Money(20000),
        channel="cash",
        product=Product.CASH,
        terminal="W01",
        operator="C001",
    )
    claim = Claim(
        application="demo-channel", key="K1", input_hash=kept.input_hash, plan_no=PlanNo("")
    )
    lost = await parts["top_up"](command, claim)
    answer = await post(channel, cash(no), "K1")
    assert (answer.status_code, answer.json()["no"]) == (201, lost.no)
    assert answer.headers["Idempotency-Hit"] == "true"
    assert lost.no != first.json()["no"]
    assert (await post(channel, cash(no), "K1")).content == answer.content
    assert await balance(parts, no) == Money(40000)


async def test_what_was_there_already_claims_its_key_with_the_answer(
    parts: dict[str, Any], channel: Channel, his: SimulatedHis
) -> None:
    """A use case that finds nothing to commit has claimed nothing; its answer is kept as well."""
    no = await his.admit(insured=False)
    done = (await post(channel, cash(no), "K1")).json()["no"]

    async def there_already(command: TopUp, claim: Claim) -> object:
        return await parts["store"].plan(PlanNo(done))

    channel.app.state.uses = Uses(**parts | {"top_up": there_already})
    first = await post(channel, cash(no), "K2")
    again = await post(channel, cash(no), "K2")
    assert (again.content, again.headers["Idempotency-Hit"]) == (first.content, "true")
    assert (await post(channel, cash(no, 5), "K2")).json()["code"] == "idempotency_key_reused"


class ScansCode(Effect):
    """A payment channel that only looks at what it is handed."""

    name = COLLECT
    resend = False

    def __init__(self) -> None:
        self.handed: list[str] = []

    async def call(self, context: Context) -> StillPending:
        self.handed.append(context.hand.auth_code)
        return StillPending(context.now + timedelta(minutes=1))

    async def ask(self, context: Context) -> Outcome:
        raise AssertionError("nobody asks so soon")


async def test_a_write_that_is_taken_up_again_has_its_secrets_at_hand(
    parts: dict[str, Any], channel: Channel, his: SimulatedHis
) -> None:
    """A payment code is never stored; the repeated request brings it again."""
    no = await his.admit(insured=False)
    await parts["refresh"](no)
    scanner = ScansCode()

    async def dies_after_the_intent(command: TopUp, claim: Claim) -> None:
        plan = replace(deposit((Step(COLLECT), Step(SAVE_TO_HIS))), admission_no=no)
        await parts["store"].commit(Changeset(new_plans=[plan], claim=claim.of(plan.no)))
        raise RuntimeError("the process is gone")

    advance = AdvancePlan(parts["store"], parts["clock"], {COLLECT: scanner})
    replaced = {"top_up": dies_after_the_intent, "advance": advance}
    channel.app.state.uses = Uses(**parts | replaced)
    body = {
        "admission_no": no,
        "amount_fen": 100,
        "channel": "wechat_pay",
        "product": "payment_code",
        "auth_code": "134567890123456789",
    }
    assert (await post(channel, body, "K1")).status_code == 500
    again = await post(channel, body, "K1")
    assert (again.status_code, again.json()["waiting_for"]["code"]) == (202, "payment")
    assert scanner.handed == ["134567890123456789"]
    assert "134567890123456789" not in again.text


# --- a payment that came to nothing is a problem, not a deposit


LONG_AGO = datetime(2026, 11, 22, tzinfo=UTC)


def deposit(steps: tuple[Step, ...]) -> DepositPlan:
    return DepositPlan(
        no=PlanNo("DP1"),
        institution=INSTITUTION,
        admission_no=AdmissionNo("ZY1"),
        opened_at=LONG_AGO,
        steps=steps,
        amount=Money(100),
        channel="wechat_pay",
        product=Product.PAYMENT_CODE,
        expires_at=LONG_AGO,
    )


def closed(state: AttemptState, why: Evidence) -> DepositPlan:
    attempt = Attempt(AttemptKey("DP1x01"), state, LONG_AGO, evidence=why)
    plan = deposit((Step(COLLECT, (attempt,)), Step(SAVE_TO_HIS)))
    return plan.ended(PlanState.CLOSED, LONG_AGO, why.code)


def test_a_refused_payment_tells_the_channels_words() -> None:
    why = Evidence(Proof.ANSWER, datetime.now(UTC), "", "余额不足", "NOTENOUGH")
    plan = closed(AttemptState.REFUSED, why)
    refusal = refusal_of(plan)
    assert refusal is not None
    assert (refusal.code, refusal.detail) == ("outside_refused", "NOTENOUGH: 余额不足")
    assert location_of(plan) == "/v1/deposits/DP1"


def test_a_payment_that_never_left_may_be_tried_again_later() -> None:
    why = Evidence(Proof.NEVER_SENT, datetime.now(UTC), "", "refused", "outside_unavailable")
    refusal = refusal_of(closed(AttemptState.DEAD, why))
    assert refusal is not None
    assert refusal.code == "outside_unavailable"


def test_a_payment_under_way_is_no_refusal() -> None:
    why = Evidence(Proof.ANSWER, datetime.now(UTC))
    plan = replace(closed(AttemptState.DONE, why), state=PlanState.OPEN, ended_at=None)
    assert refusal_of(plan) is None
