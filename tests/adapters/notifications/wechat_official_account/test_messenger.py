"""Template messages over the official account's simulator: sent once, tokens kept and renewed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.notifications.wechat_official_account.messenger import WechatOfficialAccount
from adapters.notifications.wechat_official_account.templates import TemplateSpec
from domain.identifiers import AdmissionNo, OpenId
from domain.messages.message import Message, MessageKind
from ports.errors import OutcomeUnknown, Refused, Unavailable
from tests.conformance.payment_channel.clock_and_record import KeptExchanges, MovableClock
from tests.conformance.payment_channel.simulator_process import SimulatorProcess, simulator

APPID, SECRET = "wx00000000000000f1", "0123456789abcdef0123456789abcdef"
PATIENT = OpenId("oMadeUpPatient000000000000001")
LINK_BASE = "https://hospital.example"
TEMPLATES = {
    kind: TemplateSpec(
        template_id=f"template-{kind}", fields={"thing1": "patient", "amount2": "amount"}
    )
    for kind in MessageKind
}


@pytest.fixture(scope="module")
async def account(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SimulatorProcess]:
    configuration: dict[str, object] = {
        "appid": APPID,
        "secret": SECRET,
        "templates": {spec.template_id: list(spec.fields) for spec in TEMPLATES.values()},
        "subscribers": [PATIENT],
    }
    folder: Path = tmp_path_factory.mktemp("official_account")
    async with simulator("wechat_official_account", configuration, folder) as running:
        yield running


@pytest.fixture(autouse=True)
async def empty(account: SimulatorProcess) -> AsyncIterator[None]:
    """Empty books before; a fault that never fired fails the test after."""
    await account.act("reset", seed=1)
    yield
    faults = (await account.look("faults"))["faults"]
    assert [fault for fault in faults if fault["fired"] < fault["times"]] == []


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def kept() -> KeptExchanges:
    return KeptExchanges()


@pytest.fixture
async def messenger(
    account: SimulatorProcess, clock: MovableClock, kept: KeptExchanges
) -> AsyncIterator[WechatOfficialAccount]:
    url = f"http://{account.wire}"
    made = WechatOfficialAccount(APPID, SECRET, url, TEMPLATES, LINK_BASE, kept, clock)
    yield made
    await made.aclose()


def message(no: str = "MSG1", kind: MessageKind = MessageKind.SETTLED, **words: str) -> Message:
    return Message(
        no=no,
        kind=kind,
        admission_no=AdmissionNo("ZY20260001"),
        at=datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
        words=words or {"patient": "测试患者甲", "amount": "123.45元", "ward": "三病区"},
        path="/v1/admissions/ZY20260001/settlement",
    )


async def sent(account: SimulatorProcess) -> list[dict[str, Any]]:
    return list((await account.look("books"))["messages"])


async def calls(account: SimulatorProcess, operation: str) -> int:
    journal = (await account.look("journal"))["exchanges"]
    return sum(exchange["operation"] == operation for exchange in journal)


@pytest.mark.parametrize("kind", MessageKind)
async def test_each_kind_arrives_with_its_template_words_and_link(
    account: SimulatorProcess, messenger: WechatOfficialAccount, kind: MessageKind
) -> None:
    number = await messenger.push(message(kind=kind), PATIENT)
    (arrived,) = await sent(account)
    assert str(arrived["msgid"]) == number
    assert arrived["touser"] == PATIENT
    assert arrived["template_id"] == f"template-{kind}"
    assert arrived["client_msg_id"] == "MSG1"
    assert arrived["data"] == {"thing1": "测试患者甲", "amount2": "123.45元"}
    assert arrived["url"] == f"{LINK_BASE}/v1/admissions/ZY20260001/settlement"


async def test_every_call_is_recorded_as_unsigned_with_the_messages_number(
    messenger: WechatOfficialAccount, kept: KeptExchanges
) -> None:
    await messenger.push(message(), PATIENT)
    assert [exchange.operation for exchange in kept.all] == ["stable_token", "template_send"]
    assert kept.all[1].key == "MSG1"
    for exchange in kept.all:
        assert exchange.system == "wechat_official_account"
        assert exchange.request_signature == exchange.response_signature == "unsigned"
        assert (exchange.algorithm, exchange.status) == ("", "200")


async def test_one_token_serves_many_messages_at_once(
    account: SimulatorProcess, messenger: WechatOfficialAccount
) -> None:
    await asyncio.gather(*(messenger.push(message(f"MSG{n}"), PATIENT) for n in range(10)))
    assert len(await sent(account)) == 10
    assert await calls(account, "stable_token") == 1


@pytest.mark.parametrize(("minutes", "fetched"), [(114, 1), (116, 2)])
async def test_a_token_of_two_hours_is_renewed_five_minutes_before_its_end(
    account: SimulatorProcess,
    messenger: WechatOfficialAccount,
    clock: MovableClock,
    minutes: int,
    fetched: int,
) -> None:
    await messenger.push(message("MSG1"), PATIENT)
    clock.offset = timedelta(minutes=minutes)
    await account.act("clock", offset_seconds=minutes * 60)
    await messenger.push(message("MSG2"), PATIENT)
    assert await calls(account, "stable_token") == fetched
    assert len(await sent(account)) == 2


async def test_a_token_that_ended_at_their_side_is_replaced_once_and_the_message_sent(
    account: SimulatorProcess, messenger: WechatOfficialAccount
) -> None:
    await messenger.push(message("MSG1"), PATIENT)
    await account.act("clock", offset_seconds=3 * 3600)  # ours does not move: 42001
    await messenger.push(message("MSG2"), PATIENT)
    assert await calls(account, "stable_token") == 2
    assert [arrived["client_msg_id"] for arrived in await sent(account)] == ["MSG1", "MSG2"]


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_refused_twice_refuses_the_message(
    account: SimulatorProcess, messenger: WechatOfficialAccount, code: int
) -> None:
    args = {"code": code, "message": "access_token"}
    await account.act("faults", operation="template_send", kind="refuse", times=2, args=args)
    with pytest.raises(Refused) as raised:
        await messenger.push(message(), PATIENT)
    assert raised.value.code == str(code)
    assert await calls(account, "stable_token") == 2


async def test_a_patient_who_left_the_account_is_refused(
    account: SimulatorProcess, messenger: WechatOfficialAccount
) -> None:
    await account.act("subscribers", openid=PATIENT, subscribed=False)
    with pytest.raises(Refused) as raised:
        await messenger.push(message(), PATIENT)
    assert raised.value.code == "43004"
    with pytest.raises(Refused) as raised:
        await messenger.push(message(), OpenId("oNobody"))
    assert raised.value.code == "40003"
    assert await sent(account) == []


@pytest.mark.parametrize("code", [-1, 99999])
async def test_a_busy_or_unknown_answer_leaves_the_message_in_doubt(
    account: SimulatorProcess, messenger: WechatOfficialAccount, code: int
) -> None:
    args = {"code": code, "message": "system error"}
    await account.act("faults", operation="template_send", kind="refuse", args=args)
    with pytest.raises(OutcomeUnknown) as raised:
        await messenger.push(message(), PATIENT)
    assert raised.value.code == str(code)


@pytest.mark.parametrize(
    "kind", ["no_answer_before_effect", "no_answer_after_effect", "half_answer", "bad_signature"]
)
async def test_a_push_repeated_after_a_lost_answer_arrives_once(
    account: SimulatorProcess, messenger: WechatOfficialAccount, kind: str
) -> None:
    await account.act("faults", operation="template_send", kind=kind)
    with pytest.raises(OutcomeUnknown):
        await messenger.push(message(), PATIENT)
    number = await messenger.push(message(), PATIENT)
    assert [str(arrived["msgid"]) for arrived in await sent(account)] == [number]


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("no_answer_after_effect", {}),
        ("bad_signature", {}),
        ("refuse", {"code": -1, "message": "system error"}),
    ],
)
async def test_without_a_token_nothing_left_and_the_message_may_be_sent_again(
    account: SimulatorProcess, messenger: WechatOfficialAccount, kind: str, args: dict[str, Any]
) -> None:
    await account.act("faults", operation="stable_token", kind=kind, args=args)
    with pytest.raises(Unavailable):
        await messenger.push(message(), PATIENT)
    assert await sent(account) == []
    await messenger.push(message(), PATIENT)
    assert len(await sent(account)) == 1


async def test_a_wrong_secret_is_refused_and_not_shown(
    account: SimulatorProcess, clock: MovableClock, kept: KeptExchanges
) -> None:
    url = f"http://{account.wire}"
    other = WechatOfficialAccount(APPID, "wrong-secret", url, TEMPLATES, LINK_BASE, kept, clock)
    with pytest.raises(Refused) as raised:
        await other.push(message(), PATIENT)
    assert raised.value.code in {"40001", "40125"}
    assert "wrong-secret" not in raised.value.text
    await other.aclose()


async def test_a_missing_word_is_named_and_nothing_is_sent(
    account: SimulatorProcess, messenger: WechatOfficialAccount
) -> None:
    with pytest.raises(Refused) as raised:
        await messenger.push(message(patient="测试患者甲"), PATIENT)
    assert raised.value.code == "missing_word"
    assert "'amount'" in raised.value.text
    assert await calls(account, "template_send") == 0


def test_a_kind_without_a_template_stops_the_start() -> None:
    fewer = dict(TEMPLATES)
    del fewer[MessageKind.SURPLUS]
    with pytest.raises(ValueError, match="surplus"):
        WechatOfficialAccount(
            APPID, SECRET, "http://127.0.0.1:1", fewer, LINK_BASE, KeptExchanges(), MovableClock()
        )


async def test_an_account_that_cannot_be_reached_is_unavailable(
    clock: MovableClock, kept: KeptExchanges
) -> None:
    nowhere = "http://127.0.0.1:1"
    down = WechatOfficialAccount(APPID, SECRET, nowhere, TEMPLATES, LINK_BASE, kept, clock)
    with pytest.raises(Unavailable):
        await down.push(message(), PATIENT)
    assert kept.all[-1].status == "unavailable"
    await down.aclose()
