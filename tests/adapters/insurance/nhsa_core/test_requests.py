"""What goes out, seen from the other end of the socket (§1.1, §1.5, §2)."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from adapters.insurance.nhsa_core import BASELINE_AKSK, GUANGDONG_X_TIF, NhsaCore
from domain.identifiers import AttemptKey
from domain.insurance.person import Coverage, Credential, CredentialKind, InsuredPerson
from domain.money import Money
from ports.errors import Refused, Unavailable
from ports.insurer import SettlementOrder
from tests.adapters.insurance.nhsa_core import samples
from tests.adapters.insurance.nhsa_core.scripted_core import (
    CREDENTIALS,
    OPERATOR,
    ScriptedCore,
)
from tests.conformance.insurer.simulated_core import TLS, KeptExchanges, MachineClock

NUMBER = AttemptKey("H00000000001202501021104050001")
TOKEN = Credential(CredentialKind.E_CREDENTIAL, "EC-TOKEN-0001")
CARD = Credential(CredentialKind.SOCIAL_CARD, "A0001", "SN0001")
PERSON = InsuredPerson(
    person_no="0001",
    name="测试甲",
    certificate_type="01",
    certificate_no="000000198503150016",
    gender="1",
    birth_date=None,
    coverages=(Coverage("310", "11", True, Money(0), "009901", False),),
)


async def test_the_envelope_is_whole(core: ScriptedCore) -> None:
    core.succeed({})
    await core.adapter().undo_discharge(NUMBER, samples.STAY)
    (sent,) = core.received
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", sent.pop("inf_time"))
    assert sent == {
        "infno": "2405",
        "msgid": NUMBER,
        "mdtrtarea_admvs": "009900",
        "insuplc_admdvs": "009901",
        "recer_sys_code": "99",
        "dev_no": "",
        "dev_safe_info": "",
        "cainfo": "",
        "signtype": "",
        "infver": "1.0.0",
        "opter_type": "1",
        "opter": "CASHIER01",
        "opter_name": "测试收费员",
        "fixmedins_code": "H00000000001",
        "fixmedins_name": "测试医院",
        "sign_no": "",
        "input": {"data": {"mdtrt_id": "MD0001", "psn_no": "0001"}},
    }
    assert core.paths == ["/fsi/api/rsfComIfsService/callService"]
    assert core.headers[0]["_api_name"] == "2405"


async def test_a_token_gateway_has_the_number_in_its_path(core: ScriptedCore) -> None:
    core.succeed({})
    await core.adapter(GUANGDONG_X_TIF).undo_discharge(NUMBER, samples.STAY)
    assert core.paths == ["/ebus/AK0001/hsa/hgs/2405"]
    assert core.headers[0]["x-tif-paasid"] == "AK0001"


@pytest.mark.parametrize(
    ("credential", "sent"),
    [
        (TOKEN, ("01", "EC-TOKEN-0001", "", "")),
        (Credential(CredentialKind.ID_CARD, "ID0001"), ("02", "ID0001", "", "ID0001")),
        (CARD, ("03", "A0001", "SN0001", "")),
    ],
    ids=["e_credential", "id_card", "social_card"],
)
async def test_a_person_is_asked_for_by_what_he_presents(
    core: ScriptedCore, credential: Credential, sent: tuple[str, ...]
) -> None:
    core.succeed(samples.PERSON)
    await core.adapter().identify(NUMBER, credential, "测试甲")
    asked = core.received[0]["input"]["data"]
    fields = ("mdtrt_cert_type", "mdtrt_cert_no", "card_sn", "certno")
    assert tuple(asked[name] for name in fields) == sent
    assert asked["psn_name"] == "测试甲"


async def test_an_e_credentials_token_goes_out_only_to_identify(core: ScriptedCore) -> None:
    core.succeed({"result": {"mdtrt_id": "MD0001"}})
    adapter = core.adapter()
    await adapter.register_admission(NUMBER, PERSON, TOKEN, samples.ADMISSION)
    asked = core.received[0]["input"]["mdtrtinfo"]
    assert asked["mdtrt_cert_type"] == "01"
    assert TOKEN.number not in str(core.received)
    assert TOKEN.number not in str(core.exchanges.kept)
    core.refuse("电子凭证已失效")
    with pytest.raises(Refused) as refused:
        await adapter.identify(NUMBER, TOKEN, "测试甲")
    assert TOKEN.number not in f"{refused.value!r}{refused.value.__cause__!r}{TOKEN!r}"


async def test_an_admission_is_registered_with_its_main_diagnosis(core: ScriptedCore) -> None:
    core.succeed({"result": {"mdtrt_id": "MD0001"}})
    number = await core.adapter().register_admission(NUMBER, PERSON, CARD, samples.ADMISSION)
    assert number == "MD0001"
    sent = core.received[0]
    stay, diagnoses = sent["input"]["mdtrtinfo"], sent["input"]["diseinfo"]
    assert sent["insuplc_admdvs"] == "009901"
    assert (stay["insutype"], stay["ipt_no"], stay["med_type"]) == ("310", "ZY0001", "21")
    assert (stay["mdtrt_cert_no"], stay["card_sn"]) == ("A0001", "SN0001")
    assert stay["begntime"] == "2025-01-02 11:04:05"
    assert (stay["dscg_maindiag_code"], stay["adm_diag_dscr"]) == ("K80.200", "胆囊结石")
    assert [(one["diag_code"], one["maindiag_flag"], one["diag_srt_no"]) for one in diagnoses] == [
        ("I10.x00", "0", "2"),
        ("K80.200", "1", "1"),
    ]


async def test_an_admission_without_diagnosis_or_insurance_is_refused_unsent(
    core: ScriptedCore,
) -> None:
    adapter = core.adapter()
    uninsured = replace(PERSON, coverages=())
    undiagnosed = replace(samples.ADMISSION, diagnoses=())
    staying = replace(samples.ADMISSION, discharged_at=None)
    for call in (
        adapter.register_admission(NUMBER, uninsured, CARD, samples.ADMISSION),
        adapter.register_admission(NUMBER, PERSON, CARD, undiagnosed),
        adapter.register_discharge(NUMBER, samples.STAY, staying),
    ):
        with pytest.raises(Refused) as refused:
            await call
        assert refused.value.code == "not_expressible"
    assert core.received == []


async def test_charge_lines_are_written_to_the_digit(core: ScriptedCore) -> None:
    core.succeed({"result": [samples.priced()]})
    await core.adapter().upload_charges(NUMBER, samples.STAY, (samples.charge(),))
    (line,) = core.received[0]["input"]["feedetail"]
    assert line["feedetl_sn"] == "1001"
    assert (line["det_item_fee_sumamt"], line["cnt"], line["pric"]) == (
        "80.40",
        "7.0000",
        "11.486000",
    )
    assert (line["med_list_codg"], line["medins_list_codg"]) == ("XJ01DCT061B001010100001", "X001")
    assert line["fee_ocur_time"] == "2025-01-02 11:04:05"


async def test_a_returned_line_is_negative(core: ScriptedCore) -> None:
    core.succeed({"result": [samples.priced() | {"det_item_fee_sumamt": -80.4}]})
    await core.adapter().upload_charges(NUMBER, samples.STAY, (samples.charge(quantity="-7"),))
    (line,) = core.received[0]["input"]["feedetail"]
    assert (line["cnt"], line["det_item_fee_sumamt"]) == ("-7.0000", "-80.40")


@pytest.mark.parametrize(("quantity", "price"), [("1.00001", "1"), ("1", "0.0000001")])
async def test_more_decimals_than_the_wire_has_are_refused_unsent(
    core: ScriptedCore, quantity: str, price: str
) -> None:
    with pytest.raises(Refused) as refused:
        await core.adapter().upload_charges(
            NUMBER, samples.STAY, (samples.charge(quantity=quantity, unit_price=price),)
        )
    assert refused.value.code == "not_expressible"
    assert core.received == []


@pytest.mark.parametrize(("used", "flag"), [(True, "1"), (False, "0")])
async def test_a_settlement_is_asked_with_its_total_and_its_account(
    core: ScriptedCore, used: bool, flag: str
) -> None:
    core.succeed({"setlinfo": samples.SETTLEMENT})
    adapter = core.adapter()
    order = SettlementOrder(
        stay=samples.STAY,
        total=Money(23442_46),
        discharged_at=samples.AT,
        use_personal_account=used,
        invoice_no="FP0001",
    )
    figures = await adapter.pre_settle(NUMBER, order)
    await adapter.settle(NUMBER, replace(order, pre_settled=figures))
    first, second = (sent["input"]["data"] for sent in core.received)
    assert (first["medfee_sumamt"], first["acct_used_flag"]) == ("23442.46", flag)
    assert (first["mdtrt_cert_no"], first["dscgTime"]) == ("000000198503150016", "2025-01-02")
    assert (first["insuplc_admdvs"], first["mdtrtarea_admvs"]) == ("009901", "009900")
    assert (second["fulamt_ownpay_amt"], second["overlmt_selfpay"]) == ("2533.97", "1396.89")
    assert (second["preselfpay_amt"], second["inscp_scp_amt"]) == ("703.44", "18808.16")
    assert (second["mid_setl_flag"], second["psn_setlway"]) == ("0", "01")


async def test_a_reversal_names_the_lost_message(core: ScriptedCore) -> None:
    core.succeed(None)
    adapter = core.adapter()
    for operation, infno in (("settle", "2304"), ("register_admission", "2401")):
        assert await adapter.reverse("0001", NUMBER, operation) is True
        sent = core.received[-1]
        assert sent["input"]["data"] == {"psn_no": "0001", "omsgid": NUMBER, "oinfno": infno}
        assert sent["msgid"] != NUMBER


async def test_a_query_covers_whole_beijing_days(core: ScriptedCore) -> None:
    core.succeed({"data": []})
    await core.adapter().find_registrations("0001", date(2025, 1, 1), date(2025, 1, 2))
    asked = core.received[0]["input"]["data"]
    assert (asked["begntime"], asked["endtime"]) == ("2025-01-01 00:00:00", "2025-01-02 23:59:59")


async def test_a_message_number_has_institution_second_and_serial(core: ScriptedCore) -> None:
    core.clock.ahead = samples.AT - core.clock.now() + timedelta(milliseconds=1)
    adapter = core.adapter()
    first, second = await adapter.message_no(), await adapter.message_no()
    assert first == "H00000000001" + "20250102110405" + "0001"
    assert second == "H00000000001" + "20250102110405" + "0002"


async def test_a_region_may_lay_its_numbers_out_differently(core: ScriptedCore) -> None:
    core.clock.ahead = samples.AT - core.clock.now() + timedelta(milliseconds=1)
    layout = "{at:%y%m%d%H%M%S}-{institution}-{serial:04d}"
    adapter = core.adapter(replace(BASELINE_AKSK, message_no_layout=layout))
    assert await adapter.message_no() == "250102110405-H00000000001-0001"


async def test_a_second_without_numbers_left_sends_nothing() -> None:
    async def used_up(_: object) -> int:
        return 10_000

    adapter = NhsaCore(
        region=BASELINE_AKSK,
        credentials=CREDENTIALS,
        operator=OPERATOR,
        base_url="http://127.0.0.1:9",
        exchanges=KeptExchanges(),
        clock=MachineClock(),
        message_numbers=used_up,
        tls=TLS,
    )
    with pytest.raises(Unavailable):
        await adapter.message_no()
    await adapter.close()


def test_secrets_do_not_show() -> None:
    assert CREDENTIALS.secret not in repr(CREDENTIALS)
    with pytest.raises(ValueError, match="12 characters"):
        replace(CREDENTIALS, fixmedins_code="H1")
