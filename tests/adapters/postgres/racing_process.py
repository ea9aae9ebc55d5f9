"""A process that commits against another one: the same keys, balances and versions at once.

Run as `python -m tests.adapters.postgres.racing_process URL INSTITUTION COMMITTER NAME`. It waits
for a line on its standard input, races, and prints what it was told about each of its changesets.
"""

import asyncio
import json
import sys

from adapters.postgres import PostgresStore, make_engine
from adapters.postgres.codec import PlanCodec
from domain.deposits.account import DepositMove
from domain.deposits.lot import LotMove
from domain.errors import DepositShort, LotExceeded, StaleVersion
from domain.identifiers import AdmissionNo, InstitutionId, PlanNo
from domain.money import Money
from ports.store import Changeset, Claim, KeyTaken
from tests.adapters.postgres.committers import COMMITTERS
from tests.adapters.postgres.errands import KINDS, errand

ROUNDS = 40
TAKEN = 300  # fen; of a balance and a lot of 100.00
VERSIONS_TRIES = 20
REFUSALS = (DepositShort, LotExceeded, StaleVersion, KeyTaken)


def changesets(institution: InstitutionId, name: str) -> dict[str, Changeset]:
    """What one process wants; the keys k0… and the balances are wanted by the other one too."""
    wanted = {}
    for n in range(ROUNDS):
        claim = Claim(application="app", key=f"k{n}", input_hash=name, plan_no=PlanNo("ER1"))
        wanted[f"key {n}"] = Changeset(claim=claim, new_plans=[errand(institution, f"{name}{n}")])
        wanted[f"balance {n}"] = Changeset(
            deposit_moves=[DepositMove(AdmissionNo("ZY1"), balance=Money(-TAKEN))]
        )
        wanted[f"lot {n}"] = Changeset(lot_moves=[LotMove(PlanNo("DP1"), returning=Money(TAKEN))])
    return wanted


async def race(url: str, institution: InstitutionId, committer: str, name: str) -> dict[str, str]:
    engine = make_engine(url, pool_size=16)
    chosen = COMMITTERS[committer](engine, institution, PlanCodec(KINDS))
    store = PostgresStore(engine, institution, KINDS, chosen)
    try:
        await store.plan(PlanNo("ER1"))
        print("ready", flush=True)  # noqa: T201 - to the test
        await asyncio.to_thread(sys.stdin.readline)
        wanted = changesets(institution, name)
        told = await asyncio.gather(*(_told(store, changes) for changes in wanted.values()))
        versions = await asyncio.gather(*(_bump(store) for _ in range(VERSIONS_TRIES)))
        return dict(zip(wanted, told, strict=True)) | {
            f"version {n}": answer for n, answer in enumerate(versions)
        }
    finally:
        await engine.dispose()


async def _bump(store: PostgresStore) -> str:
    plan = await store.plan(PlanNo("ER1"))
    assert plan is not None
    return await _told(store, Changeset(changed_plans=[plan.next_version()]))


async def _told(store: PostgresStore, changes: Changeset) -> str:
    try:
        await store.commit(changes)
    except REFUSALS as refused:
        return type(refused).__name__
    return "done"


if __name__ == "__main__":
    answers = asyncio.run(race(sys.argv[1], InstitutionId(sys.argv[2]), *sys.argv[3:]))
    print(json.dumps(answers))  # noqa: T201 - to the test
