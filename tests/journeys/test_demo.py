"""`medsettle demo`: its document, its exactness, and that it can fail."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces.sandbox.hospital import SIMULATORS, Sandbox
from tests.journeys.recording_proxy import RecordingProxy

KEYS = {
    "inputs",
    "passed",
    "processes",
    "shares",
    "steps",
    "wire",
    "books",
    "deposit",
    "ledger",
    "reconciliation",
    "audit",
    "checks",
}


def run_demo(folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, the document on stdout, the progress on stderr."""
    command = [sys.executable, "-m", "interfaces.cli", "demo", "--json", "--folder", str(folder)]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, timeout=240
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def money(document: dict[str, Any]) -> list[Any]:
    """Everything a seed decides: shares, lots, the trial balance."""
    lots = [
        [lot["channel"], lot["paid_fen"], lot["applied_fen"], lot["returned_fen"]]
        for account in document["deposit"].values()
        for lot in account["lots"]
    ]
    shares = [[share["payer"], share["fen"]] for share in document["shares"]]
    return [shares, sorted(lots), document["books"]["platform"]]


@pytest.fixture(scope="module")
def three_runs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Seeds 21, 22, 23 with 1, 100 and 101 charge lines."""
    documents = []
    for seed, lines in ((21, 1), (22, 100), (23, 101)):
        folder = tmp_path_factory.mktemp(f"demo{seed}")
        code, document, progress = run_demo(folder, "--seed", str(seed), "--lines", str(lines))
        assert code == 0, progress[-3000:]
        documents.append(document)
    return documents


def test_the_document_has_every_part_and_no_check_is_empty(
    three_runs: list[dict[str, Any]],
) -> None:
    for document in three_runs:
        assert document.keys() == KEYS
        assert document["passed"]
        assert len(document["checks"]) > 60
        assert all(check["name"] and check["measured"] is not None for check in document["checks"])
        named = {process["name"] for process in document["processes"]}
        assert named == {"postgres", *SIMULATORS, "api", "worker"}
        assert len({process["pid"] for process in document["processes"]}) == len(named)


def test_charges_upload_in_batches_of_a_hundred(three_runs: list[dict[str, Any]]) -> None:
    batches = [
        check["measured"]
        for document in three_runs
        for check in document["checks"]
        if check["name"] == "the night's upload took one batch per 100 lines"
    ]
    assert batches == [
        {"lines": 1, "batches": 1},
        {"lines": 100, "batches": 1},
        {"lines": 101, "batches": 2},
    ]


def test_each_seed_has_its_own_money_and_the_insurers_books_say_the_same(
    three_runs: list[dict[str, Any]],
) -> None:
    assert len({json.dumps(money(document)) for document in three_runs}) == 3
    for document in three_runs:
        live = [s for s in document["books"]["insurer"]["settlements"] if _counts(s)]
        assert sum(s["fund_fen"] for s in live) == document["books"]["platform"]["fund_fen"]
        for settled in live:
            bearers = settled["fund_fen"] + settled["personal_account_fen"]
            bearers += settled["cash_fen"] + settled["hospital_fen"]
            assert bearers == settled["medfee_fen"]


def _counts(settlement: dict[str, Any]) -> bool:
    return settlement["kind"] == "settlement" and settlement["reversed_by"] is None


def test_a_call_that_no_signature_covers_says_unsigned(three_runs: list[dict[str, Any]]) -> None:
    for one in three_runs[0]["wire"]:
        if one["system"] == "wechat_official_account":
            assert (one["request_signature"], one["response_signature"]) == ("unsigned", "unsigned")
            assert one["algorithm"] == ""
        else:
            assert one["request_signature"] in ("signed", "verified")
            assert one["algorithm"]
        if one["system"] in ("his", "nhsa_core") and one["direction"] == "out":
            assert one["response_signature"] == "unsigned"


class Elsewhere:
    """The outside systems on their own, with a recording proxy before each of their wires."""

    def __init__(self, folder: Path) -> None:
        self.keys = folder / "credentials"
        self.sandbox = Sandbox(folder / "outside", seed=5, keys=self.keys)
        self.sandbox.start_simulators()
        self.proxies = {
            name: RecordingProxy(end.wire) for name, end in self.sandbox.endpoints.items()
        }
        self.file = folder / "endpoints.json"
        document = self.sandbox.endpoints_document()
        for name, proxy in self.proxies.items():
            document[name]["wire"] = proxy.address
        self.file.write_text(json.dumps(document))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    """Simulators and proxies; they end with the test."""
    outside = Elsewhere(tmp_path)
    yield outside
    for proxy in outside.proxies.values():
        proxy.close()
    outside.sandbox.stop()


def test_a_proxy_on_the_wire_sees_the_declared_order_the_same_bodies_and_the_same_money(
    elsewhere: Elsewhere, three_runs: list[dict[str, Any]], tmp_path: Path
) -> None:
    given = ("--endpoints", str(elsewhere.file), "--seed", "21", "--lines", "1")
    code, document, progress = run_demo(tmp_path, *given)
    assert code == 0, progress[-3000:]
    assert money(document) == money(three_runs[0])  # the same seed makes the same money
    for name in ("nhsa_core", "wechat_pay", "wechat_official_account"):
        seen = Counter(digest for _, digest in elsewhere.proxies[name].requests())
        recorded = Counter(
            one["request_sha256"]
            for one in document["wire"]
            if (one["system"], one["direction"]) == (name, "out")
        )
        assert seen == recorded, name
        assert seen.total() > 20
    order = [
        one["operation"]
        for one in document["wire"]
        if one["operation"] in ("2401", "2301", "2402", "2303", "2304", "PostSettlement")
    ]
    assert order[:7] == ["2401", "2301", "2301", "2402", "2303", "2304", "PostSettlement"]
    assert elsewhere.proxies["his"].connections


def test_with_a_wire_down_the_demo_fails_and_nothing_is_settled(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    elsewhere.proxies["nhsa_core"].close()
    code, document, _ = run_demo(tmp_path, "--endpoints", str(elsewhere.file), "--seed", "5")
    assert code == 1
    assert not document["passed"]
    assert elsewhere.sandbox.control("his", "books")["settlements"] == []
    assert elsewhere.sandbox.control("nhsa_core", "books")["settlements"] == []
