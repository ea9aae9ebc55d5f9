"""What answers mean: the lenient forms real cores use, and nothing guessed (§2.2–2.10)."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.identifiers import AttemptKey
from domain.insurance.breakdown import Breakdown
from domain.insurance.person import Credential, CredentialKind, InsuredPerson
from domain.insurance.profile import InsuranceProfile
from domain.money import ZERO, Money
from ports.errors import OutcomeUnknown
from tests.adapters.insurance.nhsa_core import samples
from tests.adapters.insurance.nhsa_core.scripted_core import ScriptedCore

CREDENTIAL = Credential(CredentialKind.ID_CARD, "000000198503150016")
NUMBER = AttemptKey("H00000000001202501021104050001")


async def cancelled(core: ScriptedCore, parts: object = samples.PARTS, **more: object) -> Breakdown:
    info = {**samples.SETTLEMENT, **more}
    core.succeed({"setlinfo": info, "setldetail": parts})
    return await core.adapter().cancel_settlement(NUMBER, samples.STAY, "SL0000")


async def identified(core: ScriptedCore, output: object) -> InsuredPerson:
    core.succeed(output)
    return await core.adapter().identify(NUMBER, CREDENTIAL, "测试甲")


def person(**insurance: object) -> dict[str, Any]:
    return {**samples.PERSON, "insuinfo": [{**samples.INSURANCE, **insurance}]}


async def test_a_real_inpatient_settlement_adds_up(core: ScriptedCore) -> None:
    """23442.46 = 2533.97 + 1396.89 + 703.44 + 18808.16 = 18785.39 + 4152.06 + 505.01 (§2.8)."""
    read = await cancelled(core)
    assert read.total == Money(23442_46)
    assert (read.own_expense.fen, read.over_limit.fen) == (2533_97, 1396_89)
    assert (read.pre_self_pay.fen, read.in_scope.fen) == (703_44, 18808_16)
    assert (read.fund_total.fen, read.basic_fund.fen) == (18785_39, 18785_39)
    assert read.personal_total == Money(4152_06)
    assert (read.personal_account.fen, read.cash.fen) == (170_04, 3982_02)
    assert read.hospital_borne == Money(505_01)
    assert [part.amount.fen for part in read.parts] == [18785_39, 170_04, 505_01]
    assert [part.name for part in read.parts] == ["统筹", "", ""]
    assert read.settled_at == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (read.clearing_type, read.clearing_office) == ("21", "009900")
    assert read.breaches(InsuranceProfile()) == ()


async def test_output_may_be_json_as_text(core: ScriptedCore) -> None:
    assert (await identified(core, json.dumps(samples.PERSON))).person_no == "0001"


async def test_numbers_may_be_quoted(core: ScriptedCore) -> None:
    quoted = {
        name: str(value) for name, value in samples.SETTLEMENT.items() if not isinstance(value, str)
    }
    assert (await cancelled(core, **quoted)) == await cancelled(core)


async def test_amounts_never_pass_through_a_float(core: ScriptedCore) -> None:
    """0.1 + 0.2 and 90071992547409.93 are where a double goes wrong."""
    text = json.dumps({"setlinfo": samples.SETTLEMENT}).replace("23442.46", "90071992547409.93")
    core.raw(_success_with(text))
    read = await core.adapter().cancel_settlement(NUMBER, samples.STAY, "SL0000")
    assert read.total == Money(9007199254740993)


@pytest.mark.parametrize(
    "amount",
    ["1.005", 1.005, "1e2", "1_0", "１０", "abc", True, [1], {}, "--1", "1.", ".5", " "],
    ids=repr,
)
async def test_an_amount_that_is_no_amount_of_fen_is_unreadable(
    core: ScriptedCore, amount: object
) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        await cancelled(core, medfee_sumamt=amount)
    assert unknown.value.code == "unreadable"
    assert "medfee_sumamt" in unknown.value.text


@pytest.mark.parametrize(
    "amount", ["1.00000000000000000000000000000000001", "9" * 40, "Infinity", "NaN"]
)
async def test_an_amount_beyond_all_measure_is_unreadable(core: ScriptedCore, amount: str) -> None:
    text = json.dumps({"setlinfo": samples.SETTLEMENT}).replace("23442.46", f'"{amount}"')
    core.raw(_success_with(text))
    with pytest.raises(OutcomeUnknown) as unknown:
        await core.adapter().cancel_settlement(NUMBER, samples.STAY, "SL0000")
    assert unknown.value.code == "unreadable"


async def test_a_number_no_machine_can_hold_leaves_the_outcome_unknown(core: ScriptedCore) -> None:
    beyond = "1e99999999999999999999"
    text = json.dumps({"setlinfo": samples.SETTLEMENT}).replace("23442.46", beyond)
    core.raw(_success_with(text))
    with pytest.raises(OutcomeUnknown) as unknown:
        await core.adapter().cancel_settlement(NUMBER, samples.STAY, "SL0000")
    assert unknown.value.code == "http_200"


@pytest.mark.parametrize("text", ["2025-01-02 11:04:05.0", "2025-01-02T11:04:05"])
async def test_a_time_may_carry_a_fraction_or_a_t(core: ScriptedCore, text: str) -> None:
    read = await cancelled(core, setl_time=text)
    assert read.settled_at == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2025-13-02 11:04:05", "20250102110405", "yesterday"])
async def test_a_time_that_is_none_is_unreadable(core: ScriptedCore, text: str) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        await cancelled(core, setl_time=text)
    assert "setl_time" in unknown.value.text


@pytest.mark.parametrize("amount", [-12, "-12", "-12.0", "-12.00", -12.0, "-12.000"], ids=repr)
async def test_a_negative_amount_is_exact(core: ScriptedCore, amount: object) -> None:
    assert (await cancelled(core, medfee_sumamt=amount)).total == Money(-12_00)


@pytest.mark.parametrize(
    "missing",
    ["medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay", "inscp_scp_amt", "setl_id"],
)
async def test_a_figure_that_counts_must_be_there(core: ScriptedCore, missing: str) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        await cancelled(core, **{missing: None})
    assert unknown.value.code == "unreadable"
    assert missing in unknown.value.text


async def test_cash_may_be_spelt_the_other_way(core: ScriptedCore) -> None:
    read = await cancelled(core, psn_cash_pay=None, pdn_cash_pay=-5)
    assert read.cash == Money(-5_00)


async def test_personal_and_hospital_parts_may_be_null(core: ScriptedCore) -> None:
    read = await cancelled(
        core, psn_part_amt=None, hosp_part_amt=None, acct_mulaid_pay=None, hifdm_pay=None
    )
    assert read.personal_total is None
    assert read.hospital_borne is None
    assert read.mutual_aid == ZERO
    assert read.disabled_fund == ZERO


async def test_the_real_reversals_stand_ins_are_taken(core: ScriptedCore) -> None:
    """−3379.26 = −2039.39 − 1307.01 − 32.86, in psn_pay and ownpay_hosp_part (§2.8)."""
    read = await cancelled(
        core,
        medfee_sumamt=-3379.26,
        fund_pay_sumamt=-2039.39,
        psn_part_amt=None,
        psn_pay=-1307.01,
        hosp_part_amt=None,
        ownpay_hosp_part=-32.86,
    )
    assert (read.personal_total, read.hospital_borne) == (Money(-1307_01), Money(-32_86))


async def test_a_settlement_of_another_stay_is_no_answer(core: ScriptedCore) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        await cancelled(core, mdtrt_id="MD9999")
    assert unknown.value.code == "unreadable"


@pytest.mark.parametrize("parts", [None, [], samples.PARTS[0]])
async def test_the_detail_may_be_none_or_one_row(core: ScriptedCore, parts: object) -> None:
    assert len((await cancelled(core, parts)).parts) == (1 if parts else 0)


@pytest.mark.parametrize("output", [None, "", {}, {"setlinfo": None}, {"setlinfo": []}])
async def test_a_settlement_without_figures_is_unreadable(
    core: ScriptedCore, output: object
) -> None:
    core.succeed(output)
    with pytest.raises(OutcomeUnknown) as unknown:
        await core.adapter().cancel_settlement(NUMBER, samples.STAY, "SL0000")
    assert unknown.value.code == "unreadable"


async def test_a_query_that_finds_nothing_may_say_so_with_an_empty_output(
    core: ScriptedCore,
) -> None:
    core.succeed(None)
    assert await core.adapter().find_settlement(samples.STAY, "SL0001") is None
    core.refuse("结算ID[SL0001]不存在")
    assert await core.adapter().find_settlement(samples.STAY, "SL0001") is None


async def test_a_query_has_its_own_names_for_the_patients_part(core: ScriptedCore) -> None:
    info = {**samples.SETTLEMENT, "psn_pay": 4152.06, "cash_payamt": 3982.02}
    for name in ("psn_part_amt", "psn_cash_pay", "hosp_part_amt"):
        del info[name]
    core.succeed({"setlinfo": info, "setldetail": samples.PARTS})
    found = await core.adapter().find_settlement(samples.STAY, "SL0001")
    assert found is not None
    assert (found.personal_total, found.cash) == (Money(4152_06), Money(3982_02))


async def test_insurance_may_come_as_a_single_object(core: ScriptedCore) -> None:
    read = await identified(core, {**samples.PERSON, "insuinfo": samples.INSURANCE})
    assert [one.account_balance for one in read.coverages] == [Money(170_04)]


async def test_the_insurance_in_force_is_the_one_that_counts(core: ScriptedCore) -> None:
    ended = {**samples.INSURANCE, "insutype": "390", "psn_insu_stas": "4", "balc": 0}
    read = await identified(core, {**samples.PERSON, "insuinfo": [ended, samples.INSURANCE]})
    assert [one.active for one in read.coverages] == [False, True]
    coverage = read.active_coverage()
    assert coverage is not None
    assert coverage.insurance_type == "310"
    assert read.birth_date == date(1985, 3, 15)


async def test_an_insurance_without_a_state_is_not_in_force(core: ScriptedCore) -> None:
    read = await identified(core, person(psn_insu_stas=None))
    assert read.active_coverage() is None


@pytest.mark.parametrize(
    ("field", "value"), [("psn_insu_stas", "7"), ("cvlserv_flag", "Y"), ("balc", None)]
)
async def test_an_unknown_code_is_named_with_its_value(
    core: ScriptedCore, field: str, value: object
) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        await identified(core, person(**{field: value}))
    assert unknown.value.code == "unreadable"
    assert field in unknown.value.text
    assert str(value) in unknown.value.text


async def test_priced_lines_are_joined_by_their_numbers(core: ScriptedCore) -> None:
    core.succeed({"result": [samples.priced(1001)]})
    (line,) = await core.adapter().upload_charges(NUMBER, samples.STAY, (samples.charge(),))
    assert (line.line_no, line.amount, line.level) == ("1001", Money(80_40), "01")
    assert (line.own_expense, line.pre_self_pay, line.in_scope) == (ZERO, Money(40), Money(80_00))
    assert line.consistent


@pytest.mark.parametrize(
    "rows",
    [
        [],
        None,
        [samples.priced("1002")],
        [samples.priced(), samples.priced()],
        [samples.priced(1001.5)],
        [samples.priced() | {"chrgitm_lv": "09"}],
    ],
)
async def test_an_upload_must_be_answered_line_by_line(core: ScriptedCore, rows: object) -> None:
    core.succeed({"result": rows})
    with pytest.raises(OutcomeUnknown) as unknown:
        await core.adapter().upload_charges(NUMBER, samples.STAY, (samples.charge(),))
    assert unknown.value.code == "unreadable"


@pytest.mark.parametrize(("state", "ended"), [("0", True), ("1", False)])
async def test_a_stay_is_discharged_when_the_core_says_so(
    core: ScriptedCore, state: str, ended: bool
) -> None:
    core.succeed({"mdtrtinfo": [{"mdtrt_id": "MD0001", "inhosp_stas": state}]})
    assert await core.adapter().is_discharged(samples.STAY) is ended


@pytest.mark.parametrize(
    "rows",
    [[], [{"mdtrt_id": "MD0002", "inhosp_stas": "1"}], [{"mdtrt_id": "MD0001"}]],
)
async def test_a_stay_the_core_does_not_show_says_nothing(
    core: ScriptedCore, rows: list[object]
) -> None:
    core.succeed({"mdtrtinfo": rows})
    with pytest.raises(OutcomeUnknown) as unknown:
        await core.adapter().is_discharged(samples.STAY)
    assert unknown.value.code == "unreadable"


def _success_with(output: str) -> bytes:
    reference = "009900202501020304050000000001"
    return f'{{"infcode":0,"inf_refmsgid":"{reference}","output":{output}}}'.encode()
