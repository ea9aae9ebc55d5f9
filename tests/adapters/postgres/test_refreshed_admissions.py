"""What the HIS says of a stay is stored in the order in which it was asked, whoever asks."""

import asyncio

import pytest

from adapters.postgres import PostgresStore
from domain.errors import StaleVersion
from domain.identifiers import AdmissionNo
from domain.visits.admission import AdmissionState
from ports.store import Changeset
from tests.adapters.postgres.errands import admission

NO = AdmissionNo("ZY1")
ADMITTED = admission()
ORDERED = admission(state=AdmissionState.DISCHARGE_ORDERED)


async def _state(store: PostgresStore) -> AdmissionState:
    account = await store.account(NO)
    assert account is not None
    return account.admission.state


async def test_an_answer_of_the_his_asked_for_earlier_does_not_replace_a_later_one(
    committing: PostgresStore,
):
    await committing.commit(Changeset(refreshed=[(ADMITTED, None)]))
    await committing.commit(Changeset(refreshed=[(ORDERED, ADMITTED)]))
    with pytest.raises(StaleVersion) as refused:
        await committing.commit(Changeset(refreshed=[(ADMITTED, ADMITTED)]))
    assert refused.value.code == "stale_version"
    assert await _state(committing) is AdmissionState.DISCHARGE_ORDERED


async def test_of_two_first_answers_one_opens_the_account(committing: PostgresStore):
    changes = [Changeset(refreshed=[(stay, None)]) for stay in (ADMITTED, ORDERED)]
    results = await asyncio.gather(
        *(committing.commit(one) for one in changes), return_exceptions=True
    )
    assert sorted(type(result) for result in results if result) == [StaleVersion]
    assert await _state(committing) in (ADMITTED.state, ORDERED.state)
