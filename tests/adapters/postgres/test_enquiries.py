"""What screens read back of exchanges, notifications, the ledger, deposits, reconciliations."""

import logging
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import PostgresExchanges, PostgresStore, make_engine
from adapters.postgres.enquiries import PostgresEnquiries
from domain.identifiers import AdmissionNo, InstitutionId
from domain.ledger.journal import Entry, Journal
from domain.money import Money
from domain.reconciliation.difference import Line, reconcile
from ports.exchanges import Exchange
from ports.store import Changeset
from tests.adapters.postgres.errands import AT, KINDS, journal, lot

DAY = date(2026, 11, 22)
CALL = Exchange(
    system="wechat_pay",
    operation="query",
    direction="out",
    host="127.0.0.1",
    port=8443,
    at=AT,
    milliseconds=12,
    request_sha256="a" * 64,
    response_sha256=None,
    request_signature="signed",
    response_signature="unsigned",
    algorithm="WECHATPAY2-SHA256-RSA2048",
    status="no_answer",
    key="DP1",
)


@pytest.fixture
def enquiries(engine: AsyncEngine, institution: InstitutionId) -> PostgresEnquiries:
    return PostgresEnquiries(engine, institution, KINDS)


async def test_exchanges_are_followed_from_any_place(
    engine: AsyncEngine, institution: InstitutionId, enquiries: PostgresEnquiries
) -> None:
    exchanges = PostgresExchanges(engine, institution)
    calls = [replace(CALL, key=f"DP{n}", response_sha256="b" * 64) for n in range(3)]
    for call in (CALL, *calls):
        await exchanges.record(call)
    await PostgresExchanges(engine, InstitutionId("H-other")).record(CALL)
    found = await enquiries.exchanges_after(0, 100)
    assert [recorded.exchange for recorded in found] == [CALL, *calls]
    later = await enquiries.exchanges_after(found[1].sequence, limit=1)
    assert later == (found[2],)


async def test_an_exchange_that_cannot_be_kept_is_logged_and_fails_nothing(
    institution: InstitutionId, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = make_engine("postgresql+asyncpg://nobody:x@127.0.0.1:1/none")
    with caplog.at_level(logging.ERROR):
        await PostgresExchanges(nowhere, institution).record(CALL)
    await nowhere.dispose()
    assert "wechat_pay (query DP1)" in caplog.text


async def test_notifications_are_kept_raw(
    store: PostgresStore, enquiries: PostgresEnquiries
) -> None:
    body, headers = b'\x00\xff{"raw": 1}', {"wechatpay-nonce": "一"}
    await store.keep_notice("wechat_pay", headers, body, "verified", "DP1")
    await store.keep_notice("wechat_pay", {}, b"", "invalid", "")
    first, second = await enquiries.notices_after(0, 100)
    assert (first.system, first.headers, first.body) == ("wechat_pay", headers, body)
    assert (first.verdict, first.key, second.verdict) == ("verified", "DP1", "invalid")
    assert first.received_at.tzinfo is UTC
    assert await enquiries.notices_after(first.sequence, 1) == (second,)


async def test_the_ledger_is_summed_up_by_account(
    store: PostgresStore, enquiries: PostgresEnquiries
) -> None:
    empty = await enquiries.ledger_summary()
    assert (empty.journals, empty.entries, empty.sum) == (0, 0, Money(0))
    three = Journal(
        "deposit_saved",
        "DP3",
        AT,
        (
            Entry("cash:T1", Money(20)),
            Entry("clearing:wechat_pay", Money(30)),
            Entry("deposit:ZY2", Money(-50)),
        ),
    )
    await store.commit(Changeset(journals=[journal("DP1", 100), journal("DP2", 1), three]))
    summary = await enquiries.ledger_summary()
    assert (summary.journals, summary.entries, summary.sum) == (3, 7, Money(0))
    assert {account.account: account.balance.fen for account in summary.balances} == {
        "cash:T1": 20,
        "clearing:wechat_pay": 131,
        "deposit:ZY1": -101,
        "deposit:ZY2": -50,
    }
    names = [account.account for account in summary.balances]
    assert names == sorted(names)


async def test_the_lots_of_a_stay_come_oldest_first(
    store: PostgresStore, enquiries: PostgresEnquiries
) -> None:
    old, new = replace(lot("DP2"), funded_by_credit=True), replace(lot(), paid_at=AT + timedelta(1))
    await store.commit(Changeset(new_lots=[new, old, lot("DP3", admission_no="ZY2")]))
    assert await enquiries.deposit_lots(AdmissionNo("ZY1")) == (old, new)


async def test_the_last_reconciliation_of_each_system_is_shown(
    store: PostgresStore, enquiries: PostgresEnquiries
) -> None:
    ours = [Line("DP1", Money(100)), Line("DP2", Money(5)), Line("DP4", Money(7))]
    theirs = [Line("DP1", Money(99)), Line("DP3", Money(1)), *[Line("DP4", Money(7))] * 2]
    first = reconcile("wechat_pay", DAY, AT, ours, [])
    last = reconcile("wechat_pay", DAY, AT, ours, theirs)
    his = reconcile("his", DAY, AT, ours, ours)
    yesterday = reconcile("his", DAY - timedelta(1), AT, [], ours)
    await store.commit(Changeset(reconciliations=[first, yesterday]))
    await store.commit(Changeset(reconciliations=[last, his]))
    assert len(last.differences) == 4
    assert await enquiries.reconciliations(DAY) == (his, last)
    assert await enquiries.reconciliations(DAY - timedelta(9)) == ()
