"""Which of the three failures an answer is, before anything in it is read (§1.2, §1.4, §5.1)."""

from dataclasses import replace

import pytest

from adapters.insurance.nhsa_core import BASELINE_AKSK, RefusalTexts
from domain.identifiers import AttemptKey
from domain.insurance.person import Credential, CredentialKind
from ports.errors import (
    AlreadyCancelled,
    AlreadyUploaded,
    CallFailed,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from ports.insurer import SettlementOrder
from tests.adapters.insurance.nhsa_core import samples
from tests.adapters.insurance.nhsa_core.scripted_core import REFERENCE_NO, ScriptedCore

CREDENTIAL = Credential(CredentialKind.ID_CARD, "000000198503150016")
ORDER = SettlementOrder(
    stay=samples.STAY,
    total=samples.STAY.account_balance,
    discharged_at=samples.AT,
    use_personal_account=True,
)
NUMBER = AttemptKey("H00000000001202501021104050001")


async def failure_of_settling(core: ScriptedCore) -> CallFailed:
    with pytest.raises(CallFailed) as failed:
        await core.adapter().settle(NUMBER, ORDER)
    return failed.value


@pytest.mark.parametrize(
    "message",
    ["缺少服务网关的请求头!", "签名时间戳超时!", "非法用户!", "签名不一致!"],
)
@pytest.mark.parametrize("status", [200, 401])
async def test_the_gateways_own_no_means_that_nothing_passed(
    core: ScriptedCore, message: str, status: int
) -> None:
    core.answer({"code": 401, "message": message}, status=status)
    failed = await failure_of_settling(core)
    assert type(failed) is Unavailable
    assert (failed.code, failed.text) == ("gateway_401", message)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"code":401,"message":"anything else"}', 401, "http_401"),
        (b'{"code":403,"message":"\xe9\x9d\x9e\xe6\xb3\x95"}', 403, "http_403"),
        (b'{"infcode":0,"inf_refmsgid":"x","output":{}}', 500, "http_500"),
        (b'{"infcode":-1,"err_msg":"refused"}', 502, "http_502"),
        (b"<html>Bad Gateway</html>", 502, "http_502"),
        (b"<html>welcome</html>", 200, "http_200"),
        (b"", 200, "http_200"),
        (b"[]", 200, "http_200"),
        (b"null", 200, "http_200"),
        (b'{"infcode": NaN}', 200, "http_200"),
        (b"[" * 100_000, 200, "http_200"),
        (b'{"infcode":0,"output":', 200, "http_200"),
        (b"\xff\xfe", 200, "http_200"),
        (b"", 302, "http_302"),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_what_is_no_envelope_leaves_the_outcome_unknown(
    core: ScriptedCore, body: bytes, status: int, code: str
) -> None:
    core.raw(body, status=status)
    failed = await failure_of_settling(core)
    assert type(failed) is OutcomeUnknown
    assert failed.code == code


@pytest.mark.parametrize("infcode", [None, "", "ok", "0.0", 0.0, True, [0], "０"], ids=repr)
async def test_an_infcode_that_is_no_number_leaves_the_outcome_unknown(
    core: ScriptedCore, infcode: object
) -> None:
    core.succeed({}, infcode=infcode)
    failed = await failure_of_settling(core)
    assert type(failed) is OutcomeUnknown
    assert failed.code == "unreadable"
    assert "infcode" in failed.text


async def test_an_envelope_without_infcode_leaves_the_outcome_unknown(core: ScriptedCore) -> None:
    core.answer({"output": {"setlinfo": samples.SETTLEMENT}, "inf_refmsgid": REFERENCE_NO})
    failed = await failure_of_settling(core)
    assert type(failed) is OutcomeUnknown
    assert failed.code == "unreadable"


@pytest.mark.parametrize("reference", [None, "", "1", REFERENCE_NO + "0", "x" * 30, 5], ids=repr)
async def test_a_success_without_the_cores_own_number_is_unknown(
    core: ScriptedCore, reference: object
) -> None:
    core.succeed({"setlinfo": samples.SETTLEMENT}, inf_refmsgid=reference)
    failed = await failure_of_settling(core)
    assert (type(failed), failed.code) == (OutcomeUnknown, "unreadable")


async def test_a_settlement_without_its_number_is_unknown(core: ScriptedCore) -> None:
    core.succeed({"setlinfo": samples.SETTLEMENT | {"setl_id": None}})
    failed = await failure_of_settling(core)
    assert (type(failed), failed.code) == (OutcomeUnknown, "unreadable")
    assert "setl_id" in failed.text


@pytest.mark.parametrize("infcode", [-1, "-1", 1, "1", 500], ids=repr)
async def test_every_other_infcode_is_a_refusal_in_the_cores_words(
    core: ScriptedCore, infcode: object
) -> None:
    core.refuse("人员不存在" * 80, infcode=infcode)
    failed = await failure_of_settling(core)
    assert type(failed) is Refused
    assert (failed.code, failed.text) == (str(infcode), "人员不存在" * 80)


@pytest.mark.parametrize("reference", [None, ""])
async def test_a_refusal_may_come_without_the_cores_number(
    core: ScriptedCore, reference: object
) -> None:
    core.refuse("不允许结算", inf_refmsgid=reference)
    assert type(await failure_of_settling(core)) is Refused


async def test_a_region_may_call_one_a_success(core: ScriptedCore) -> None:
    core.succeed(samples.PERSON, infcode="1")
    region = replace(BASELINE_AKSK, success_codes=frozenset({0, 1}))
    person = await core.adapter(region).identify(NUMBER, CREDENTIAL, "测试甲")
    assert person.person_no == "0001"
    with pytest.raises(Refused):
        await core.adapter().identify(NUMBER, CREDENTIAL, "测试甲")


async def test_a_used_message_number_says_nothing_about_the_outcome(core: ScriptedCore) -> None:
    core.refuse(f"发送方报文ID[{NUMBER}]重复，请勿重复提交")
    failed = await failure_of_settling(core)
    assert (type(failed), failed.code) == (OutcomeUnknown, "message_no_used")


@pytest.mark.parametrize("text", ["调用医保结算服务超时", "交易处理超时，请稍后查询"])
async def test_a_core_that_does_not_know_itself_leaves_it_unknown(
    core: ScriptedCore, text: str
) -> None:
    core.refuse(text)
    failed = await failure_of_settling(core)
    assert (type(failed), failed.text) == (OutcomeUnknown, text)


async def test_only_the_words_of_an_uploaded_line_mean_that(core: ScriptedCore) -> None:
    adapter, line = core.adapter(), (samples.charge(),)
    for text in ("费用明细流水号[1001]重复", "该明细已上传，流水号1001", "流水号1001已存在"):
        core.refuse(text)
        with pytest.raises(AlreadyUploaded) as refused:
            await adapter.upload_charges(NUMBER, samples.STAY, line)
        assert (refused.value.text, refused.value.code) == (text, "-1")
    for text in ("静脉输液与静脉注射重复收费", "就诊ID不存在"):
        core.refuse(text)
        with pytest.raises(Refused) as plain:
            await adapter.upload_charges(NUMBER, samples.STAY, line)
        assert type(plain.value) is Refused


async def test_words_of_one_transaction_mean_nothing_in_another(core: ScriptedCore) -> None:
    adapter = core.adapter()
    core.refuse("结算ID[SL0001]已撤销，不能重复撤销")
    with pytest.raises(AlreadyCancelled):
        await adapter.cancel_settlement(NUMBER, samples.STAY, "SL0001")
    with pytest.raises(Refused) as refused:
        await adapter.settle(NUMBER, ORDER)
    assert type(refused.value) is Refused


async def test_what_is_not_there_is_withdrawn(core: ScriptedCore) -> None:
    adapter = core.adapter()
    core.refuse("就诊ID[MD0001]不存在")
    await adapter.withdraw_registration(NUMBER, samples.STAY)
    await adapter.withdraw_charges(NUMBER, samples.STAY, ("1001",))
    core.refuse("患者未办理出院登记")
    await adapter.undo_discharge(NUMBER, samples.STAY)
    core.refuse("就诊ID[MD0001]已结算，请先撤销结算")
    for call in (adapter.withdraw_registration, adapter.undo_discharge):
        with pytest.raises(Refused):
            await call(NUMBER, samples.STAY)


async def test_a_region_brings_its_own_words(core: ScriptedCore) -> None:
    texts = RefusalTexts(line_uploaded=(r"^E1001\b",))
    adapter = core.adapter(replace(BASELINE_AKSK, texts=texts))
    core.refuse("E1001 duplicated")
    with pytest.raises(AlreadyUploaded):
        await adapter.upload_charges(NUMBER, samples.STAY, (samples.charge(),))
    core.refuse("费用明细流水号[1001]重复")
    with pytest.raises(Refused) as refused:
        await adapter.upload_charges(NUMBER, samples.STAY, (samples.charge(),))
    assert type(refused.value) is Refused
