"""The ZIP of one TXT, both ways, and the rows of a comparison (§1.8, §2.10)."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from adapters.insurance.nhsa_core.statement_files import packed, unpacked
from adapters.insurance.nhsa_core.translation.comparison import cells_of, compared_row
from domain.money import Money
from ports.errors import OutcomeUnknown, Refused
from ports.insurer import SettlementRow
from tests.adapters.insurance.nhsa_core.scripted_core import CREDENTIALS, ScriptedCore

DAY = date(2025, 1, 2)
ROW = SettlementRow(
    settlement_id="SL0001",
    registration_no="MD0001",
    person_no="0001",
    total=Money(23442_46),
    fund=Money(18785_39),
    personal_account=Money(170_04),
    cash=Money(3982_02),
    cancellation=False,
    insurance_type="310",
    clearing_type="21",
    clearing_office="009900",
)


def archive(*members: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        for name, text in members:
            zipped.writestr(name, text)
    return content.getvalue()


def test_a_file_is_one_text_of_tabs_with_null_for_nothing() -> None:
    content = packed("rows.txt", [("SL1", "", "0.00"), ("SL2", "甲", "-1.00")])
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        assert zipped.namelist() == ["rows.txt"]
        assert zipped.read("rows.txt").decode() == "SL1\tnull\t0.00\nSL2\t甲\t-1.00\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_file_is_read_whatever_ends_its_lines(ending: str) -> None:
    text = ending.join(["a\tnull\t甲", "b\tNULL\t", ""])
    assert unpacked(archive(("result.txt", text.encode()))) == (("a", "", "甲"), ("b", "", ""))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 and then nothing",
        archive(),
        archive(("1.txt", b"a"), ("2.txt", b"b")),
        archive(("1.txt", "中文".encode("gb18030"))),
        archive(("1.txt", b"a\tb\n" * 50)).replace(b"a\tb", b"a\tc", 1),
    ],
    ids=["empty", "cut off", "no member", "two members", "not UTF-8", "wrong checksum"],
)
def test_a_file_in_another_form_is_unreadable(content: bytes) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        unpacked(content)
    assert unknown.value.code == "unreadable"


def test_our_row_has_seven_columns() -> None:
    assert cells_of(ROW) == (
        "SL0001",
        "MD0001",
        "0001",
        "23442.46",
        "18785.39",
        "170.04",
        "0",
    )


def test_their_row_may_have_no_amounts() -> None:
    """The national baseline's file ends before what Hunan added."""
    row = compared_row(("0001", "", "", "MSG1", "1", "1", "机构无此结算记录"))
    assert (row.person_no, row.registration_no, row.settlement_id) == ("0001", "", "")
    assert (row.message_no, row.balanced, row.cancellation) == ("MSG1", False, True)
    assert (row.total, row.fund, row.personal_account) == (None, None, None)
    assert row.remark == "机构无此结算记录"


@pytest.mark.parametrize(
    "cells",
    [
        ("0001", "MD", "SL", "MSG1", "2", "0", ""),
        ("0001", "MD", "SL", "MSG1", "", "0", ""),
        ("0001", "MD", "SL", "MSG1", "0", "X", ""),
        ("0001", "MD", "SL", "MSG1", "0", "0"),
        ("0001", "MD", "SL", "MSG1", "0", "0", "", "1.00", "1.00"),
        ("0001", "MD", "SL", "MSG1", "0", "0", "", "1.001", "1.00", "0"),
    ],
    ids=["result 2", "no result", "flag X", "six", "nine", "fraction of a fen"],
)
def test_a_row_that_cannot_be_read_is_not_skipped(cells: tuple[str, ...]) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        compared_row(cells)
    assert unknown.value.code == "unreadable"


async def test_totals_are_asked_for_each_group_and_for_the_silent_ones(
    core: ScriptedCore,
) -> None:
    core.succeed({"stmtinfo": {"stmt_rslt": "1", "stmt_rslt_dscr": "结算笔数不一致"}})
    remarks = await core.adapter().compare_totals(DAY, (ROW, ROW))
    assert remarks == ("310/21/009900: 结算笔数不一致", "390/21/009900: 结算笔数不一致")
    ours, silent = (sent["input"]["data"] for sent in core.received)
    assert (ours["insutype"], ours["clr_type"], ours["setl_optins"]) == ("310", "21", "009900")
    assert (ours["medfee_sumamt"], ours["fund_pay_sumamt"]) == ("46884.92", "37570.78")
    assert (ours["acct_pay"], ours["fixmedins_setl_cnt"]) == ("340.08", "2")
    assert (ours["stmt_begndate"], ours["stmt_enddate"]) == ("2025-01-02", "2025-01-02")
    assert (silent["insutype"], silent["fixmedins_setl_cnt"]) == ("390", "0")


async def test_silent_groups_are_asked_at_the_own_clearing_office(core: ScriptedCore) -> None:
    core.succeed({"stmtinfo": {"stmt_rslt": "0"}})
    elsewhere = replace(CREDENTIALS, clearing_office="009902")
    assert await core.adapter(credentials=elsewhere).compare_totals(DAY, ()) == ()
    offices = {sent["input"]["data"]["setl_optins"] for sent in core.received}
    assert offices == {"009902"}


async def test_a_row_of_no_clearing_type_goes_where_an_ordinary_stay_does(
    core: ScriptedCore,
) -> None:
    """2305 answers no clr_type (§2.7)."""
    core.succeed({"stmtinfo": {"stmt_rslt": "0"}})
    cancellation = replace(ROW, cancellation=True, clearing_type="", clearing_office="")
    await core.adapter().compare_totals(DAY, (ROW, cancellation))
    counts = [sent["input"]["data"]["fixmedins_setl_cnt"] for sent in core.received]
    assert counts == ["2", "0"]
    strange = replace(ROW, insurance_type="340", clearing_type="")
    with pytest.raises(Refused) as refused:
        await core.adapter().compare_totals(DAY, (strange,))
    assert refused.value.code == "not_expressible"


async def test_an_unknown_verdict_on_totals_is_unreadable(core: ScriptedCore) -> None:
    core.succeed({"stmtinfo": {"stmt_rslt": "3"}})
    with pytest.raises(OutcomeUnknown) as unknown:
        await core.adapter().compare_totals(DAY, ())
    assert "stmt_rslt" in unknown.value.text
