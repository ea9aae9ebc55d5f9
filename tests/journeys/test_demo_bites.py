"""One fen changed in anybody's books, or in a ledger row, and the demo's last act says so."""

from collections.abc import Iterator

import asyncpg
import httpx
import pytest

from interfaces.demo import ending
from interfaces.demo.actors import Cast
from interfaces.demo.play import cast_of, play_stays
from interfaces.demo.record import Record
from interfaces.sandbox.hospital import Sandbox


class Played:
    """A demo played up to its last act."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.stays = play_stays(cast)
        self.facts = dict(cast.record.facts)

    def failed(self) -> list[str]:
        """Plays the last act once more; the names of the checks that do not hold."""
        record = Record(tell=lambda _: None, facts=dict(self.facts))
        cast = self.cast
        again = Cast(cast.sandbox, cast.channel, cast.operations, record, cast.random, cast.lines)
        ending.play(again, self.stays)
        return [check.name for check in record.checks if not check.holds]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The hospital and the story, up to the morning after."""
    with (
        Sandbox(tmp_path_factory.mktemp("bites"), seed=31) as sandbox,
        httpx.Client(timeout=60) as client,
    ):
        record = Record(tell=lambda _: None)
        yield Played(cast_of(sandbox, record, client, seed=31, lines=4))


def test_untouched_books_pass(played: Played) -> None:
    assert played.failed() == []


def test_a_fen_in_the_insurers_books_is_noticed(played: Played) -> None:
    control = played.cast.sandbox.control
    live = [
        s
        for s in control("nhsa_core", "books")["settlements"]
        if s["kind"] == "settlement" and s["reversed_by"] is None
    ]
    change = {"setl_id": live[0]["setl_id"], "field": "fund_fen"}
    control("nhsa_core", "books/alter", change | {"fen": 1})
    failed = played.failed()
    control("nhsa_core", "books/alter", change | {"fen": -1})
    assert "insurer's fund = ours" in failed
    assert [name for name in failed if name.endswith("insurer balances")]


def test_a_fen_in_wechat_pays_books_is_noticed(played: Played) -> None:
    control = played.cast.sandbox.control
    order = next(
        o for o in control("wechat_pay", "books")["orders"] if o["trade_state"] == "SUCCESS"
    )
    change = {"out_trade_no": order["out_trade_no"]}
    control("wechat_pay", "books/alter", change | {"fen": order["total_fen"] + 1})
    failed = played.failed()
    control("wechat_pay", "books/alter", change | {"fen": order["total_fen"]})
    assert "WeChat Pay's takings and refunds = ours" in failed
    assert [name for name in failed if name.endswith("wechat_pay balances")]


def test_a_fen_in_the_hiss_books_is_noticed(played: Played) -> None:
    control = played.cast.sandbox.control
    deposit = control("his", "books")["deposits"][0]
    change = {"number": deposit["number"]}
    control("his", "books/alter", change | {"fen": deposit["amount_fen"] + 1})
    failed = played.failed()
    control("his", "books/alter", change | {"fen": deposit["amount_fen"]})
    assert [name for name in failed if name.endswith("his_deposits balances")]


async def test_a_fen_in_a_ledger_row_is_refused_and_when_forced_noticed(played: Played) -> None:
    url = played.cast.sandbox.database_url.replace("postgresql+asyncpg", "postgresql")
    connection = await asyncpg.connect(url)
    one_row = (
        "UPDATE ledger_entry SET amount = amount {} 1"
        " WHERE ctid = (SELECT min(ctid) FROM ledger_entry)"
    )
    try:
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute(one_row.format("+"))
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(one_row.format("+"))
        failed = played.failed()
        await connection.execute(
            "UPDATE ledger_entry SET amount = amount - 1"
            " WHERE ctid = (SELECT max(ctid) FROM ledger_entry)"
        )
    finally:
        await connection.close()
    assert {"the whole ledger sums to zero", "the audit finds nothing"} <= set(failed)
