"""Values survive being written and read; what breaks an invariant does not come back."""

import dataclasses
import json
import types
import typing
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from adapters.postgres.codec import Codec, PlanCodec
from domain.billing.charge import Charge
from domain.deposits.lot import Lot
from domain.errors import LotExceeded
from domain.insurance.stay import InsuredStay
from domain.kinds import PLAN_KINDS
from domain.money import Money
from domain.plan.attempt import ENDED, FAILED, Attempt, AttemptState, Evidence
from domain.plan.shares import Share
from domain.plan.step import Step
from domain.visits.admission import Admission
from tests.adapters.postgres.errands import AT, KINDS, Errand, charge, errand, lot, stay

ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001
MONEY = st.integers(-(2**62), 2**62).map(Money)


def strategy(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type of the domain, every field drawn, also those with a default."""
    if kind in SPECIAL:
        return SPECIAL[kind]
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([strategy(part) for part in inner])
    if origin is tuple and inner[-1] is Ellipsis:
        return st.lists(strategy(inner[0]), max_size=3).map(tuple)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        drawn = {field.name: strategy(hints[field.name]) for field in dataclasses.fields(kind)}
        return st.builds(kind, **drawn)
    return st.from_type(kind)


@st.composite
def attempts(draw: st.DrawFn, states: st.SearchStrategy[AttemptState]) -> Attempt:
    state = draw(states)
    evidence = strategy(Evidence) if state in ENDED else st.none() | strategy(Evidence)
    times = st.none() | INSTANTS
    return Attempt(
        draw(st.text()),  # type: ignore[arg-type]
        state,
        draw(INSTANTS),
        draw(times),
        draw(times),
        draw(st.integers(0, 99)),
        draw(evidence),
    )


@st.composite
def steps(draw: st.DrawFn) -> Step:
    dead = draw(st.lists(attempts(st.sampled_from(sorted(FAILED))), max_size=2))
    last = draw(st.lists(attempts(st.sampled_from(AttemptState)), max_size=1))
    return Step(draw(st.text()), (*dead, *last), draw(st.text()))


SPECIAL: dict[Any, st.SearchStrategy[Any]] = {
    Money: MONEY,
    datetime: INSTANTS,
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
}
SPECIAL[Step] = steps()
SPECIAL[Share] = st.builds(
    Share, strategy(typing.get_type_hints(Share)["payer"]), MONEY.map(lambda m: Money(abs(m.fen))),
    st.text(),
)  # fmt: skip


@pytest.mark.parametrize("kind", [*PLAN_KINDS.values(), Errand], ids=lambda kind: kind.kind)
def test_every_kind_of_plan_survives_being_written_and_read(kind: type[Errand]) -> None:
    codec = PlanCodec({kind.kind: kind})

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy(kind))
    def survives(plan: Errand) -> None:
        again = codec.decode(plan.kind, codec.encode(plan))
        assert type(again) is type(plan)
        assert again == plan

    survives()


@pytest.mark.parametrize("kind", [Admission, InsuredStay, Charge], ids=lambda kind: kind.__name__)
def test_records_survive_being_written_and_read(kind: type[Charge]) -> None:
    codec: Codec[Charge] = Codec(kind)

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy(kind))
    def survives(record: Charge) -> None:
        assert codec.decode(codec.encode(record)) == record

    survives()


def test_money_is_integer_fen_decimals_are_text_and_instants_are_utc() -> None:
    eight = timezone(timedelta(hours=8))
    local = dataclasses.replace(charge("C1", "1"), charged_at=AT.astimezone(eight))
    body = json.loads(Codec[Charge](Charge).encode(local))
    assert body["amount"] == 500
    assert body["unit_price"] == "3.3333"
    assert body["charged_at"] == "2026-11-22T02:30:00Z"
    again = Codec[Charge](Charge).decode(json.dumps(body))
    assert again.charged_at.tzinfo is UTC


def test_what_a_repr_hides_is_stored_all_the_same() -> None:
    assert "000000190001010000" not in repr(stay())
    assert json.loads(Codec[InsuredStay](InsuredStay).encode(stay()))["certificate_no"]


def test_a_naive_datetime_is_neither_written_nor_read() -> None:
    codec = PlanCodec(KINDS)
    plan = errand("H1")  # type: ignore[arg-type]
    naive = dataclasses.replace(plan, opened_at=AT.replace(tzinfo=None))
    with pytest.raises(PydanticSerializationError):
        codec.encode(naive)
    body = codec.encode(plan)
    with pytest.raises(ValidationError):
        codec.decode("errand", body.replace("2026-11-22T02:30:00Z", "2026-11-22T02:30:00"))


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('"amount":1', '"amount":1.0'),
        ('"amount":1', '"amount":"1"'),
        ('"amount":1', '"amount":null'),
        ('"version":1', '"version":"1"'),
        ('"state":"open"', '"state":"ajar"'),
        ('"secret":""', '"secret":"","unknown":1'),
        ('"no":"ER1",', ""),
    ],
)
def test_a_body_the_class_does_not_understand_is_refused(written: str, instead: str) -> None:
    codec = PlanCodec(KINDS)
    body = codec.encode(errand("H1"))  # type: ignore[arg-type]
    assert written in body
    with pytest.raises(ValidationError):
        codec.decode("errand", body.replace(written, instead, 1))


def test_a_stored_value_that_breaks_an_invariant_is_refused() -> None:
    codec: Codec[Lot] = Codec(Lot)
    body = codec.encode(lot(fen=100)).replace('"applied":0', '"applied":101')
    with pytest.raises(LotExceeded):
        codec.decode(body)


def test_an_ended_attempt_without_evidence_is_refused() -> None:
    codec = PlanCodec(KINDS)
    plan = errand("H1").begin("fetch", "K1", AT)  # type: ignore[arg-type]
    body = codec.encode(plan).replace('"state":"calling"', '"state":"done"')
    with pytest.raises(ValidationError, match="without evidence"):
        codec.decode("errand", body)


def test_a_plan_of_another_class_or_kind_is_refused() -> None:
    codec = PlanCodec({"errand": KINDS["settlement"]})
    with pytest.raises(LookupError):
        codec.encode(errand("H1"))  # type: ignore[arg-type]
    with pytest.raises(LookupError):
        codec.decode("unknown", "{}")
