"""The demo as one JSON document: what was put in, what happened, what every book says."""

from typing import Any

from interfaces.demo.record import Record
from interfaces.sandbox.hospital import Sandbox


def report(record: Record, sandbox: Sandbox) -> dict[str, Any]:
    """Everything a sceptic can recompute by hand from the outside systems' own books."""
    facts = record.facts
    return {
        "inputs": record.inputs,
        "passed": record.passed,
        "processes": sandbox.listening(),
        "shares": _shares(record),
        "steps": _steps(record),
        "wire": facts.get("wire", []),
        "books": facts.get("books", {}),
        "deposit": facts.get("deposit", {}),
        "ledger": facts.get("ledger", {}),
        "reconciliation": facts.get("reconciliation", []),
        "audit": facts.get("audit", {}),
        "checks": [
            {"name": check.name, "ok": check.holds, "measured": check.measured}
            for check in record.checks
        ],
    }


def _shares(record: Record) -> list[dict[str, Any]]:
    return [
        {
            "settlement_no": resource["no"],
            "payer": share["payer"],
            "fen": share["amount_fen"],
            "funded_by": share["funded_by"],
        }
        for path, resource in record.resources.items()
        if path.startswith("/v1/settlements/")
        for share in resource["shares"]
    ]


def _steps(record: Record) -> list[dict[str, Any]]:
    return [
        {
            "plan": path,
            "action": step["action"],
            "state": step["state"],
            "attempts": [
                {
                    "our_number": attempt["key"],
                    "their_number": (attempt["evidence"] or {}).get("their_number", ""),
                    "state": attempt["state"],
                    "evidence": attempt["evidence"],
                }
                for attempt in step["attempts"]
            ],
        }
        for path, resource in record.resources.items()
        for step in resource.get("steps", [])
    ]
