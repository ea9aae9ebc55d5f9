"""Outside systems that are down, and our own processes killed in the middle: everything goes on by
itself afterwards, and the outside systems count one of each."""

import json
import os
import random
import secrets
import signal
from collections.abc import Iterator

import httpx
import pytest

from interfaces.demo.actors import Cast, ended
from interfaces.demo.channel import Channel
from interfaces.demo.record import Record
from interfaces.sandbox.hospital import OPENID, SIMULATORS, Sandbox
from tests.journeys.conftest import BusinessTime
from tests.journeys.fragile_hospital import Hospital, in_the_middle_of
from tests.journeys.gates import Gates
from tests.journeys.trouble import (
    Json,
    Stay,
    calls,
    charged,
    confirm,
    covered,
    fault,
    finished,
    his_books,
    in_time,
    insured_admission,
    insured_stay,
    insurer_books,
    open_settlement,
    refused,
    register,
    self_pay_stay,
    settled_afresh,
    sound,
    step,
    waits_for,
    wechat_orders,
)

LOST_SECONDS = 21  # after which a call that did not come back is asked for


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Started once for these tests; each leaves it running, with every gate open."""
    outside = Sandbox(tmp_path_factory.mktemp("outside"), seed=9)
    try:
        outside.start_simulators()
        with Gates(outside.endpoints) as gates:
            ours = Sandbox(
                tmp_path_factory.mktemp("ours"),
                seed=9,
                endpoints=gates.endpoints,
                keys=outside.keys,
            )
            with ours as sandbox:
                yield Hospital(sandbox, gates, BusinessTime(sandbox))
    finally:
        outside.stop()


@pytest.fixture
def cast(hospital: Hospital) -> Iterator[Cast]:
    """Patient, ward and cashier of that hospital."""
    keys, now = hospital.sandbox.credentials, hospital.time.now
    with httpx.Client(timeout=30) as client:
        url = hospital.sandbox.rest_url
        channel = Channel(url, "demo-channel", keys.channel_secret, now, client)
        operations = Channel(url, "demo-operations", keys.operations_secret, now, client)
        record = Record(tell=lambda _: None)
        yield Cast(hospital.sandbox, channel, operations, record, random.Random(9), lines=3)
        hospital.gates.open(*SIMULATORS)
        for system in SIMULATORS:
            control = hospital.sandbox.endpoints[system].control
            client.delete(f"http://{control}/_control/faults").raise_for_status()
        assert record.passed or not record.checks, record.checks


# --- outside systems that are down --------------------------------------------------------------


def test_a_platform_started_while_everything_outside_is_down_works_as_soon_as_it_is_back(
    hospital: Hospital, cast: Cast
) -> None:
    known, new = self_pay_stay(cast), self_pay_stay(cast)
    cast.channel.post(f"/v1/admissions/{known.no}:bind-openid", {"openid": OPENID})
    hospital.gates.shut(*SIMULATORS)
    hospital.restart()
    assert httpx.get(f"{hospital.sandbox.rest_url}/health/ready").json() == {"status": "ok"}
    assert cast.account(known.no)["read_from_his"] is False
    for asked in (lambda: cast.account(new.no), lambda: open_settlement(cast, known)):
        with refused(503, "outside_unavailable"):
            asked()
    with refused(503, "outside_unavailable"):
        cast.top_up(known.no, 1, channel="wechat_pay", product="native")

    hospital.gates.open("his")
    in_time(lambda: cast.account(known.no)["read_from_his"], "the HIS to be seen again")
    cast.pay_cash(known.no, 1_000)
    with refused(503, "outside_unavailable") as problem:
        cast.top_up(known.no, 1_000, channel="wechat_pay", product="native")
    assert cast.channel.get(problem["instance"])["state"] == "closed"
    hospital.gates.open("wechat_pay")
    cast.pay_native(known.no, 1_000)
    told = cast.channel.get(f"/v1/admissions/{known.no}/messages")["items"]
    assert {message["delivered_at"] for message in told} == {None}
    hospital.gates.open(*SIMULATORS)
    hospital.time.forward(60)
    told = cast.channel.wait(
        f"/v1/admissions/{known.no}/messages",
        lambda seen: all(message["delivered_at"] for message in seen["items"]),
        "the messages",
    )["items"]
    pushed = hospital.sandbox.control("wechat_official_account", "books")["messages"]
    numbers = [message["client_msg_id"] for message in pushed]
    assert {numbers.count(message["no"]) for message in told} == {1}
    for stay in (known, new):
        settled_afresh(cast, stay)
        sound(cast, stay)


def test_an_insurer_that_is_down_lets_a_registration_and_a_settlement_wait_for_it(
    hospital: Hospital, cast: Cast
) -> None:
    stay, certificate = insured_admission(cast)
    hospital.gates.shut("nhsa_core")
    waiting = register(cast, stay, certificate)
    assert waiting["waiting_for"]["code"] == "outside_unreachable"
    hospital.gates.open("nhsa_core")
    hospital.time.forward(10)
    path = f"/v1/registrations/{waiting['no']}"
    assert cast.channel.wait(path, ended, "the registration")["state"] == "finished"

    stay = charged(cast, stay, S001=1, S002=1, O001=1)
    hospital.gates.shut("nhsa_core")
    opened = open_settlement(cast, stay)
    assert opened["waiting_for"]["code"] in {"pending", "outside_unreachable"}
    assert insurer_books(cast, stay)["lines"] == []
    hospital.gates.open("nhsa_core")
    hospital.time.forward(10)
    priced = waits_for(cast, opened, "confirmation")
    cast.pay_cash(stay.no, priced["cover"]["short_fen"])

    hospital.gates.shut("nhsa_core")
    stopped = confirm(cast, priced)
    assert stopped["waiting_for"]["code"] == "outside_unreachable"
    assert stopped["waiting_for"]["until"]
    assert cast.account(stay.no)["deposit"]["held_fen"] == priced["due_fen"]
    hospital.gates.open("nhsa_core")
    hospital.time.forward(10)
    end = finished(cast, stopped)
    (attempt,) = step(end, "settle_insurance")["attempts"]
    assert [e["fields"]["msgid"] for e in calls(cast, "nhsa_core", "2304")][-1] == attempt["key"]
    assert len(insurer_books(cast, stay)["settlements"]) == 1
    sound(cast, stay)


def test_a_his_that_goes_down_gets_every_deposit_and_posting_once_when_it_is_back(
    hospital: Hospital, cast: Cast
) -> None:
    stay = insured_stay(cast)
    shown = cast.top_up(stay.no, 1_000, channel="wechat_pay", product="native")
    hospital.gates.shut("his")
    pays = {"code_url": shown["code_url"], "outcome": "pay"}
    assert cast.sandbox.control("wechat_pay", "patient/pay", pays)["notification"]["accepted"]
    paid = cast.channel.get(f"/v1/deposits/{shown['no']}")
    assert bool(paid["paid_at"])
    assert paid["waiting_for"]["code"] == "outside_unreachable"
    hospital.gates.open("his")
    hospital.time.forward(10)
    cast.deposit_done(shown)

    in_time(lambda: cast.account(stay.no)["read_from_his"], "the HIS to be seen again")
    ready = covered(cast, stay)
    hospital.gates.shut("his")
    stopped = confirm(cast, ready)
    assert stopped["waiting_for"]["code"] == "outside_unreachable"
    assert step(stopped, "settle_insurance")["state"] == "done"
    hospital.gates.open("his")
    hospital.time.forward(10)
    finished(cast, stopped)
    assert len(his_books(cast, stay)["settlements"]) == 1
    sound(cast, stay)


def test_a_wechat_pay_that_is_down_delays_the_surplus_and_loses_none_of_it(
    hospital: Hospital, cast: Cast
) -> None:
    stay = self_pay_stay(cast)
    cast.pay_native(stay.no, stay.bill_fen + 12_345)
    ready = covered(cast, stay)
    hospital.gates.shut("wechat_pay")
    end = finished(cast, confirm(cast, ready))
    (going,) = end["refunds"]
    path = f"/v1/refunds/{going['no']}"
    cast.channel.wait(
        path,
        lambda now: (now["waiting_for"] or {}).get("code") == "outside_unreachable",
        "the refund to meet nobody",
    )
    hospital.gates.open("wechat_pay")
    hospital.time.forward(60)
    assert cast.channel.wait(path, ended, "the refund")["state"] == "finished"
    assert wechat_orders(cast, stay)["refunded_fen"] == 12_345
    sound(cast, stay)


def test_an_official_account_that_is_down_or_silent_gets_each_message_once(
    hospital: Hospital, cast: Cast
) -> None:
    stay = self_pay_stay(cast)
    cast.channel.post(f"/v1/admissions/{stay.no}:bind-openid", {"openid": OPENID})
    cast.pay_cash(stay.no, 1_000)
    messages = f"/v1/admissions/{stay.no}/messages"
    lost = fault(cast, "wechat_official_account", "template_send", "no_answer_after_effect")
    with lost:
        hospital.gates.shut("wechat_official_account")
        cast.pay_cash(stay.no, 2_000)
        hospital.gates.open("wechat_official_account")
        hospital.time.forward(60)
        told = cast.channel.wait(
            messages,
            lambda seen: all(message["delivered_at"] for message in seen["items"]),
            "the messages",
        )["items"]
    pushed = hospital.sandbox.control("wechat_official_account", "books")["messages"]
    numbers = [message["client_msg_id"] for message in pushed]
    assert {numbers.count(message["no"]) for message in told} == {1}
    settled_afresh(cast, stay)
    sound(cast, stay)


def test_an_order_is_not_given_up_while_the_channel_cannot_be_told(
    hospital: Hospital, cast: Cast
) -> None:
    stay = self_pay_stay(cast)
    shown = cast.top_up(stay.no, stay.bill_fen, channel="wechat_pay", product="native")
    hospital.gates.shut("wechat_pay")
    hospital.time.forward(901)
    path = f"/v1/deposits/{shown['no']}"
    asked = step(shown, "collect")["attempts"][0]["asks"]
    still = cast.channel.wait(
        path, lambda now: step(now, "collect")["attempts"][0]["asks"] > asked, "a question"
    )
    assert still["state"] == "open"
    hospital.gates.open("wechat_pay")
    hospital.time.forward(600)
    assert cast.channel.wait(path, ended, "the order to be closed")["state"] == "closed"
    (order,) = wechat_orders(cast, stay)["orders"]
    assert order["trade_state"] == "CLOSED"
    settled_afresh(cast, stay)
    sound(cast, stay)


# --- our own processes killed -------------------------------------------------------------------


def one_of_each(cast: Cast, stay: Stay) -> None:
    """One live settlement at the insurer, one posting, one deposit line a lot, nothing twice."""
    insurer, his = insurer_books(cast, stay), his_books(cast, stay)
    assert len(insurer["live"]) == len(his["settlements"]) == 1
    lines = [line["feedetl_sn"] for line in insurer["lines"]]
    assert len(lines) == len(set(lines)) == 2
    assert insurer["stays"][0]["state"] == "discharged"
    sound(cast, stay)


@pytest.mark.parametrize(
    ("system", "operation"),
    [("nhsa_core", "2402"), ("nhsa_core", "2304"), ("his", "PostSettlement")],
)
def test_an_api_killed_in_the_middle_of_a_discharge_is_gone_on_from(
    hospital: Hospital, cast: Cast, system: str, operation: str
) -> None:
    stay = insured_stay(cast)
    cast.pay_cash(stay.no, stay.bill_fen)
    body = {"admission_no": stay.no, "point": "window", "operator": "c", "confirmed": True}
    key = secrets.token_hex(16)

    def settle() -> httpx.Response:
        return cast.channel.send("POST", "/v1/settlements", body, key)

    match = stay.person if system == "nhsa_core" else stay.admission
    match = {} if operation == "2402" else match
    with in_the_middle_of(cast, system, operation, match, settle) as calling:
        hospital.kill("api")
        with pytest.raises(httpx.HTTPError):
            calling.result()
    hospital.sandbox.start_api()
    hospital.time.forward(LOST_SECONDS)
    number = cast.account(stay.no)["live_settlement_no"] or ""
    again = settle()
    assert again.headers.get("Idempotency-Hit") == "true", again.text
    settlement = json.loads(again.content)
    assert number in {settlement["no"], ""}
    end = finished(cast, settlement)
    assert end["confirmed_by"] == "c"
    one_of_each(cast, stay)


def test_a_worker_killed_in_the_middle_of_a_discharge_is_gone_on_from(
    hospital: Hospital, cast: Cast
) -> None:
    stay = insured_stay(cast)
    opened = open_settlement(cast, stay, confirmed=True)
    assert opened["waiting_for"]["code"] == "deposit_short"

    def pay() -> Json:
        return cast.pay_cash(stay.no, opened["cover"]["short_fen"])  # wakes it, for the worker

    with in_the_middle_of(cast, "nhsa_core", "2304", stay.person, pay) as paying:
        hospital.kill("worker")
        paying.result()
    hospital.age_leases()
    hospital.sandbox.start_worker()
    hospital.time.forward(LOST_SECONDS)
    end = finished(cast, opened)
    assert [attempt["state"] for attempt in step(end, "settle_insurance")["attempts"]] == [
        "dead",
        "done",
    ]
    one_of_each(cast, stay)


def test_a_database_killed_in_the_middle_of_a_discharge_comes_back_with_everything(
    hospital: Hospital, cast: Cast
) -> None:
    stay = insured_stay(cast)
    ready = covered(cast, stay)
    before, server = cast.account(stay.no), hospital.postgres()

    def go() -> httpx.Response:
        path = f"/v1/settlements/{ready['no']}:confirm"
        return cast.channel.send("POST", path, {"by": "cashier-1"})

    with in_the_middle_of(cast, "nhsa_core", "2304", stay.person, go) as confirming:
        os.kill(server, signal.SIGKILL)
        in_time(lambda: hospital.postgres() != server, "the database to be started again")
        answer = confirming.result()
    if answer.is_error:
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    hospital.time.forward(LOST_SECONDS)
    in_time(
        lambda: httpx.get(f"{hospital.sandbox.rest_url}/health/ready").is_success, "the database"
    )
    assert cast.account(stay.no)["lots"][0]["paid_fen"] == before["lots"][0]["paid_fen"]
    finished(cast, ready)
    one_of_each(cast, stay)
