"""Every error has one status, and leaves as a problem document that tells no secrets."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest

from domain.errors import MedsettleError
from interfaces.rest.errors import KINDS, problem_of
from tests.interfaces.rest.conftest import Channel


def subclasses(of: type[MedsettleError]) -> Iterator[type[MedsettleError]]:
    yield of
    for below in of.__subclasses__():
        yield from subclasses(below)


def test_the_table_has_every_error_and_no_other() -> None:
    ours = {
        error for error in subclasses(MedsettleError) if not error.__module__.startswith("tests")
    }
    assert set(KINDS) == ours


def test_an_error_the_table_lacks_is_not_answered_by_guessing() -> None:
    class Unlisted(MedsettleError):
        """New, and forgotten."""

    with pytest.raises(KeyError):
        problem_of(Unlisted("something new"))


def test_no_two_errors_share_a_code_unless_one_is_the_other() -> None:
    own = [error.__dict__["code"] for error in KINDS if "code" in error.__dict__]
    assert len(own) == len(set(own))


async def test_an_unknown_route_is_a_problem(channel: Channel) -> None:
    answer = await channel.call("GET", "/v1/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/deposits", "POST"),
        ("PUT", "/v1/reconciliations", "GET, POST"),
        ("GET", "/v1/settlements/SL1:confirm", "POST"),
        ("POST", "/v1/settlements/SL1", "GET"),
    ],
)
async def test_an_unknown_method_names_those_there_are(
    channel: Channel, method: str, path: str, allowed: str
) -> None:
    answer = await channel.call(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


async def test_a_bug_of_ours_is_logged_here_and_told_to_nobody(
    channel: Channel, logged: list[MutableMapping[str, Any]]
) -> None:
    """`Unreached` raises AssertionError with a text of its own."""
    answer = await channel.call("POST", "/v1/admissions/ZY1/charges:pull")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "called" not in answer.text
    assert [(entry["event"], entry["path"]) for entry in logged] == [
        ("rest_failed", "/v1/admissions/ZY1/charges:pull")
    ]
