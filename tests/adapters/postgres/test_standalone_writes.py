"""The few writes that need no changeset: answers, nonces, notices, deliveries, numbers."""

import asyncio
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import PostgresStore, SerialsExhausted
from domain.identifiers import AdmissionNo, InstitutionId, PlanNo
from domain.messages.message import Message, MessageKind
from ports.errors import Unavailable
from ports.store import Changeset, Claim
from tests.adapters.postgres.errands import AT

CLAIM = Claim(application="app", key="k1", input_hash="h", plan_no=PlanNo("ER1"))


async def test_the_first_answer_wins(store: PostgresStore) -> None:
    await store.commit(Changeset(claim=CLAIM))
    first = replace(CLAIM, answer='{"a": "押金"}', status=202)
    assert await store.keep_answer(first) == first
    assert await store.keep_answer(replace(CLAIM, answer="other", status=500)) == first
    assert await store.claim("app", "k1") == first


async def test_of_many_answers_at_once_one_is_kept_and_all_are_told_it(
    store: PostgresStore,
) -> None:
    await store.commit(Changeset(claim=CLAIM))
    answers = [replace(CLAIM, answer=f"answer {n}", status=200 + n) for n in range(16)]
    told = await asyncio.gather(*(store.keep_answer(answer) for answer in answers))
    assert len(set(told)) == 1
    assert told[0] in answers


async def test_an_answer_to_nothing_is_refused(store: PostgresStore) -> None:
    with pytest.raises(LookupError):
        await store.keep_answer(replace(CLAIM, answer="x", status=200))


async def test_a_nonce_is_burnt_once_for_each_key(store: PostgresStore) -> None:
    used = await asyncio.gather(*(store.use_nonce("key", "n1") for _ in range(16)))
    assert sorted(used) == [False] * 15 + [True]
    assert await store.use_nonce("other key", "n1")
    assert not await store.use_nonce("other key", "n1")


async def test_a_delivery_is_counted_and_the_first_success_stays(store: PostgresStore) -> None:
    message = Message("M1", MessageKind.SETTLED, AdmissionNo("ZY1"), AT)
    await store.commit(Changeset(messages=[message]))
    await store.message_sent("M1", delivered_at=None, their_number="", error="timeout")
    queued = await store.message("M1")
    assert queued is not None
    assert (queued.attempts, queued.last_error, queued.delivered_at) == (1, "timeout", None)
    await store.message_sent("M1", delivered_at=AT, their_number="wx1", error="")
    await store.message_sent("M1", delivered_at=AT + timedelta(1), their_number="wx2", error="")
    queued = await store.message("M1")
    assert queued is not None
    assert (queued.attempts, queued.last_error) == (3, "")
    assert (queued.delivered_at, queued.their_number) == (AT, "wx1")
    with pytest.raises(LookupError):
        await store.message_sent("M404", delivered_at=AT, their_number="", error="")


async def test_serials_of_a_second_are_never_given_out_twice(
    store: PostgresStore,
) -> None:
    beijing = AT.astimezone(timezone(timedelta(hours=8))) + timedelta(microseconds=999_999)
    same_second = [AT, beijing] * 20
    serials = await asyncio.gather(*(store.message_serial(at) for at in same_second))
    assert sorted(serials) == list(range(40))
    assert await store.message_serial(AT + timedelta(seconds=1)) == 0
    assert await store.message_serial(AT) == 40


async def test_the_ten_thousandth_serial_of_a_second_is_the_last(
    store: PostgresStore, engine: AsyncEngine, institution: InstitutionId
) -> None:
    nearly = text(
        "INSERT INTO message_serial (institution_id, second, taken) VALUES (:i, :at, 9999)"
    )
    async with engine.begin() as connection:
        await connection.execute(nearly, {"i": institution, "at": AT})
    assert await store.message_serial(AT) == 9_999
    with pytest.raises(SerialsExhausted) as refused:
        await store.message_serial(AT)
    assert isinstance(refused.value, Unavailable)
    assert await store.message_serial(AT + timedelta(seconds=1)) == 0


async def test_line_numbers_are_digits_and_never_used_before(store: PostgresStore) -> None:
    asked = await asyncio.gather(*(store.line_numbers(count) for count in (1, 50, 0, 7)))
    assert [len(numbers) for numbers in asked] == [1, 50, 0, 7]
    given = [number for numbers in asked for number in numbers]
    assert len(set(given)) == len(given)
    assert all(number.isdecimal() and len(number) <= 15 for number in given)


async def test_a_naive_time_is_refused(store: PostgresStore) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        await store.message_serial(AT.replace(tzinfo=None))
