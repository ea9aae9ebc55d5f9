"""The last act: every day reconciled, every book compared, the ledger summed, the audit run."""

import time
from collections import Counter
from datetime import date, timedelta
from typing import Any

from interfaces.demo.actors import Cast
from interfaces.sandbox.hospital import SIMULATORS

ACT = "5 对账与审计"
DAYS = 4
CORE_ROUTE = ("2402", "2303", "2304", "PostSettlement")
PAGE = 500
QUIET_LOOKS, QUIET_SECONDS = 3, 0.3


def play(cast: Cast, stays: list[dict[str, str]]) -> None:
    """Moves to the morning after, when the statements of every day of the demo exist."""
    cast.rest_of_the_world_at(DAYS, 11)
    cast.record.facts["reconciliation"] = _reconcile(cast)
    cast.record.facts["books"] = _books(cast, stays)
    cast.record.facts["deposit"] = _lots(cast, stays)
    cast.record.facts["ledger"] = _ledger(cast)
    cast.record.facts["audit"] = _audit(cast)
    cast.record.facts["wire"] = _wire(cast)


def _reconcile(cast: Cast) -> list[dict[str, Any]]:
    first = date.fromisoformat(cast.record.facts["first_day"])
    results: list[dict[str, Any]] = []
    for offset in range(DAYS):
        day = (first + timedelta(days=offset)).isoformat()
        for system in ("insurer", "his_deposits", "his_settlements", "wechat_pay"):
            body = {"system": system, "date": day}
            result = cast.operations.post("/v1/reconciliations", body)
            results.append(result)
            cast.record.check(
                f"{day} {system} balances",
                not result["differences"],
                {
                    "ours": [result["ours_count"], result["ours_total_fen"]],
                    "theirs": [result["theirs_count"], result["theirs_total_fen"]],
                    "differences": result["differences"],
                },
            )
        cast.record.scene(
            ACT, "对账", f"{day} 医保、HIS、微信逐笔核对", "insurer, HIS and WeChat, line by line"
        )
    return results


def _books(cast: Cast, stays: list[dict[str, str]]) -> dict[str, Any]:
    """Our figures from the API; theirs from the simulators' control API, never from our tables."""
    his = cast.sandbox.control("his", "books")
    insurer = cast.sandbox.control("nhsa_core", "books")
    wechat = cast.sandbox.control("wechat_pay", "books")
    settlements = [cast.settlement(stay["settlement_no"]) for stay in stays]
    live = [s for s in settlements if not s["cancellation"]]
    insured = [s for s in live if s["settled"]]
    platform = {
        "settled_fen": sum(s["bill"]["total_fen"] for s in live),
        "fund_fen": _shares(live, "pooled_fund"),
        "personal_account_fen": _shares(live, "personal_account"),
        "deposit_applied_fen": _shares(live, "deposit"),
        "insured_settlements": len(insured),
    }
    lots = [lot for stay in _accounts(cast, stays) for lot in stay["lots"]]
    through_wechat = [lot for lot in lots if lot["channel"] == "wechat_pay"]
    platform["wechat_pay_paid_fen"] = sum(lot["paid_fen"] for lot in through_wechat)
    platform["wechat_pay_refunded_fen"] = sum(lot["returned_fen"] for lot in through_wechat)
    record = cast.record
    record.equal(
        "insurer's fund = ours",
        theirs=insurer["totals"]["fund_fen"],
        ours=platform["fund_fen"],
    )
    record.equal(
        "insurer's personal account = ours",
        theirs=insurer["totals"]["personal_account_fen"],
        ours=platform["personal_account_fen"],
    )
    record.equal(
        "HIS's settled bills = ours",
        theirs=his["totals"]["settled_fen"],
        ours=platform["settled_fen"],
    )
    record.equal(
        "HIS's applied deposit = ours",
        theirs=his["totals"]["deposit_applied_fen"],
        ours=platform["deposit_applied_fen"],
    )
    record.equal(
        "WeChat Pay's takings and refunds = ours",
        theirs=[wechat["totals"]["paid_fen"], wechat["totals"]["refunded_fen"]],
        ours=[platform["wechat_pay_paid_fen"], platform["wechat_pay_refunded_fen"]],
    )
    return {"platform": platform, "his": his, "insurer": insurer, "wechat_pay": wechat}


def _shares(settlements: list[dict[str, Any]], payer: str) -> int:
    return sum(
        share["amount_fen"]
        for settlement in settlements
        for share in settlement["shares"]
        if share["payer"] == payer
    )


def _accounts(cast: Cast, stays: list[dict[str, str]]) -> list[dict[str, Any]]:
    numbers = list(dict.fromkeys(stay["admission_no"] for stay in stays))
    return [cast.account(number) for number in numbers]


def _lots(cast: Cast, stays: list[dict[str, str]]) -> dict[str, Any]:
    return {
        account["admission_no"]: {
            "balance_fen": account["deposit"]["balance_fen"],
            "held_fen": account["deposit"]["held_fen"],
            "lots": account["lots"],
        }
        for account in _accounts(cast, stays)
    }


def _ledger(cast: Cast) -> dict[str, Any]:
    ledger = cast.operations.get("/v1/ledger")
    cast.record.check(
        "the whole ledger sums to zero",
        ledger["sum_fen"] == 0 and ledger["journals"] > 0,
        {key: ledger[key] for key in ("journals", "entries", "sum_fen")},
    )
    return ledger


def _audit(cast: Cast) -> dict[str, Any]:
    audit = cast.operations.get("/v1/audit")
    findings = [finding for check in audit["checks"] for finding in check["findings"]]
    cast.record.check(
        "the audit finds nothing",
        bool(audit["checks"]) and not findings,
        findings or len(audit["checks"]),
    )
    return audit


def _wire(cast: Cast) -> list[dict[str, Any]]:
    exchanges = _quiet_wire(cast)
    wrong = [e for e in exchanges if "invalid" in (e["request_signature"], e["response_signature"])]
    cast.record.check("no signature on the wire was wrong", not wrong, len(exchanges))
    for system in SIMULATORS:
        _same_bodies(cast, system, exchanges)
    _declared_order(cast, exchanges)
    return exchanges


def _quiet_wire(cast: Cast) -> list[dict[str, Any]]:
    """Every exchange, once nothing has crossed a wire for a moment (the worker runs too)."""
    exchanges: list[dict[str, Any]] = []
    after, quiet = 0, 0
    while quiet < QUIET_LOOKS:
        page = cast.operations.get(f"/v1/exchanges?after={after}&limit={PAGE}")
        exchanges += page["items"]
        after = page["next_after"]
        quiet = 0 if page["items"] else quiet + 1
        if not page["items"]:
            time.sleep(QUIET_SECONDS)
    return exchanges


def _same_bodies(cast: Cast, system: str, exchanges: list[dict[str, Any]]) -> None:
    """Every call as we recorded it and as the other side did: the same bytes, both ways."""
    journal = cast.sandbox.control(system, "journal")["exchanges"]
    theirs = Counter(
        (one["direction"], one["request_sha256"], one["response_sha256"]) for one in journal
    )
    other_side = {"in": "out", "out": "in"}
    ours = Counter(
        (other_side[one["direction"]], one["request_sha256"], one["response_sha256"])
        for one in exchanges
        if one["system"] == system
    )
    lost = theirs - ours
    measured = {
        "ours": ours.total(),
        "theirs": theirs.total(),
        "only_ours": (ours - theirs).total(),
        "only_theirs": [
            one["operation"]
            for one in journal
            if (one["direction"], one["request_sha256"], one["response_sha256"]) in lost
        ],
    }
    name = f"{system}: every body on the wire is the same in both records"
    cast.record.check(name, ours == theirs and bool(ours), measured)


def _declared_order(cast: Cast, exchanges: list[dict[str, Any]]) -> None:
    """The core route of the first discharge: 2402, 2303, 2304, then the HIS post."""
    first = [one["operation"] for one in exchanges if one["operation"] in CORE_ROUTE]
    cast.record.equal(
        "the first discharge went the core route",
        order=first[: len(CORE_ROUTE)],
        declared=list(CORE_ROUTE),
    )
