"""The migrated schema: equal to the tables, institution first, append-only, up and down and up."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import PostgresStore, make_engine, migrate
from adapters.postgres.schema import unmake
from adapters.postgres.tables import metadata
from domain.billing.charge import ChargeState
from domain.identifiers import InstitutionId
from domain.insurance.stay import StayState
from domain.plan.plan import PlanState
from domain.visits.admission import AdmissionState
from tests.adapters.postgres.errands import errand, journal, opening

ROOT = Path(__file__).parents[3]
OURS = "n.nspname = 'public' AND c.relname NOT LIKE 'alembic%'"
CATALOGUES = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, column_default, identity_generation
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE 'alembic%' ORDER BY 1, 2""",
    "constraints": f"""
        SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {OURS} AND k.contype <> 'n' ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%' ORDER BY 1, 2""",
    "sequences": """
        SELECT sequencename, data_type, min_value, max_value, increment_by, cycle
        FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1""",
}
LEFT = f"""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}
    UNION ALL SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public'"""


async def catalogue(engine: AsyncEngine) -> dict[str, list[tuple[object, ...]]]:
    async with engine.connect() as connection:
        return {
            name: [tuple(row) for row in await connection.execute(text(query))]
            for name, query in CATALOGUES.items()
        }


async def test_the_migrations_make_exactly_the_tables(
    engine: AsyncEngine, database_url: str
) -> None:
    other = make_engine(database_url)
    try:
        async with other.begin() as connection:
            await connection.run_sync(metadata.create_all)
        expected = await catalogue(other)
    finally:
        await other.dispose()
    found = await catalogue(engine)
    assert {name: len(rows) > 1 for name, rows in found.items()} == dict.fromkeys(CATALOGUES, True)
    for name in CATALOGUES:
        assert found[name] == expected[name], name


async def test_the_schema_goes_up_and_down_and_up(database_url: str) -> None:
    await migrate(database_url)
    engine = make_engine(database_url)
    try:
        there = await catalogue(engine)
        await unmake(database_url)
        async with engine.connect() as connection:
            assert (await connection.execute(text(LEFT))).all() == []
        await migrate(database_url)
        await migrate(database_url)  # nothing is left to do
        assert await catalogue(engine) == there
    finally:
        await engine.dispose()


def test_the_command_line_migrates_too(database_url: str) -> None:
    alembic = str(Path(sys.executable).with_name("alembic"))
    command = [alembic, "-x", f"url={database_url}", "upgrade", "head"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_code_migrates_from_any_folder(database_url: str, tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; sys.path.insert(0, sys.argv[1])\n"
        "from adapters.postgres import migrate\n"
        "asyncio.run(migrate(sys.argv[2]))"
    )
    command = [sys.executable, "-c", program, str(ROOT), database_url]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def test_the_institution_comes_first_in_every_key(engine: AsyncEngine) -> None:
    query = f"""
        SELECT CAST(CAST(i.indexrelid AS regclass) AS text) AS key, a.attname
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE {OURS} AND i.indisunique"""
    async with engine.connect() as connection:
        first = {row.key: row.attname for row in await connection.execute(text(query))}
    assert len(first) > len(metadata.tables)  # every primary key and the other unique ones
    assert {name for name, column in first.items() if column != "institution_id"} == set()


@pytest.mark.parametrize(
    ("constraint", "states"),
    [
        ("ck_plan_state", PlanState),
        ("ck_plan_journal_state", PlanState),
        ("ck_insured_stay_state", StayState),
        ("ck_charge_state", ChargeState),
        ("ck_admission_state", AdmissionState),
    ],
)
async def test_the_database_knows_the_states_of_each_lifecycle(
    engine: AsyncEngine, constraint: str, states: type[PlanState]
) -> None:
    query = (
        "SELECT array_agg(word[1]) FROM pg_constraint,"
        " regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''', 'g') word"
        " WHERE conname = :name"
    )
    async with engine.connect() as connection:
        words = (await connection.execute(text(query), {"name": constraint})).scalar_one()
    assert set(words) == {state.value for state in states}


@pytest.mark.parametrize(
    "table", ["plan_journal", "ledger_journal", "ledger_entry", "inbox", "exchange"]
)
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET institution_id = 'x'", "DELETE FROM {}", "TRUNCATE {}"]
)
async def test_what_is_written_in_a_journal_cannot_be_changed(
    engine: AsyncEngine, table: str, change: str
) -> None:
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError) as refused:
            await connection.execute(text(change.format(table)))
    assert refused.value.orig is not None
    assert getattr(refused.value.orig, "sqlstate", "") == "23001"


async def test_the_database_refuses_entries_that_do_not_balance(
    engine: AsyncEngine, store: PostgresStore, institution: InstitutionId
) -> None:
    changes = opening(errand(institution))
    changes.journals.append(journal("ER1", 100))
    await store.commit(changes)
    one_sided = text(
        "INSERT INTO ledger_entry (institution_id, changeset_no, position, line, account, amount)"
        " SELECT institution_id, changeset_no, position, 3, account, 1 FROM ledger_entry"
        " WHERE institution_id = :institution AND line = 1"
    )
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError) as refused:
            await connection.execute(one_sided, {"institution": institution})
    assert refused.value.orig is not None
    assert "journal_balance" in str(refused.value.orig.__cause__.constraint_name)  # type: ignore[union-attr]
