"""Plays the demo in a sandbox and says whether every check held."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from domain.reconciliation.business_day import business_date, moment
from interfaces.demo import ending, insured_stay, other_stays
from interfaces.demo.actors import Cast
from interfaces.demo.channel import Channel
from interfaces.demo.record import Record, Scene
from interfaces.demo.report import report
from interfaces.sandbox.hospital import Sandbox


def play(
    sandbox: Sandbox, *, seed: int, lines: int, faults: Path | None, tell: Callable[[Scene], None]
) -> tuple[Record, dict[str, Any]]:
    """The whole story; the record and its JSON document."""
    record = Record(tell=tell)
    record.inputs = {"seed": seed, "lines": lines, "faults": _arm(sandbox, faults)}
    with httpx.Client(timeout=60) as client:
        cast = cast_of(sandbox, record, client, seed, lines)
        ending.play(cast, play_stays(cast))
        _faults_fired(sandbox, record, faults)
        return record, report(record, sandbox)


def cast_of(sandbox: Sandbox, record: Record, client: httpx.Client, seed: int, lines: int) -> Cast:
    """Everybody the demo needs; its day 0 is today."""
    now = sandbox.clock.now()
    today = business_date(now)
    record.facts["first_day"] = today.isoformat()
    record.facts["midnight_offset"] = int((moment(today, 0) - now).total_seconds())

    def clock() -> int:
        return int(sandbox.clock.now().timestamp())

    secrets = sandbox.credentials
    channel = Channel(sandbox.rest_url, "demo-channel", secrets.channel_secret, clock, client)
    operations = Channel(
        sandbox.rest_url, "demo-operations", secrets.operations_secret, clock, client
    )
    dice = random.Random(seed)  # noqa: S311 - the printed seed must reproduce the run
    return Cast(sandbox, channel, operations, record, dice, lines)


def play_stays(cast: Cast) -> list[dict[str, str]]:
    """All acts but the last; the stays with the settlement each of them ended in."""
    first = insured_stay.play(cast)
    stays = [first, other_stays.play_surplus(cast), other_stays.play_self_pay(cast)]
    again = other_stays.play_cancellation(cast, first["settlement_no"], first["admission_no"])
    return [*stays, {"admission_no": first["admission_no"], "settlement_no": again}]


def _arm(sandbox: Sandbox, file: Path | None) -> dict[str, Any]:
    """`{"wechat_pay": [{"operation": "native", "kind": "delay", …}], …}`, armed before the play."""
    if file is None:
        return {}
    faults: dict[str, Any] = json.loads(file.read_text())
    for system, specs in faults.items():
        for spec in specs:
            sandbox.control(system, "faults", spec)
    return faults


def _faults_fired(sandbox: Sandbox, record: Record, file: Path | None) -> None:
    """A fault that never fired proves nothing: it fails the run."""
    if file is None:
        return
    for system in record.inputs["faults"]:
        for fault in sandbox.control(system, "faults")["faults"]:
            name = f"fault {fault['kind']} at {system} {fault['operation']} fired"
            record.check(name, fault["fired"] > 0, fault["fired"])
