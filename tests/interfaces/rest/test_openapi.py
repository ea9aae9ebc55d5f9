"""The description needs nothing behind it, and tells how each operation is signed and fails."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces.rest.openapi import openapi_document

ROOT = Path(__file__).parents[3]
HEADERS = {"Medsettle-Key-Id", "Medsettle-Timestamp", "Medsettle-Nonce", "Medsettle-Signature"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def references(part: object) -> Iterator[str]:
    """Every $ref below a part of the document."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for below in part.values():
            yield from references(below)
    elif isinstance(part, list):
        for below in part:
            yield from references(below)


def test_the_command_writes_the_same_document(document: dict[str, Any]) -> None:
    command = [sys.executable, "-m", "interfaces.rest.openapi"]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    assert json.loads(written) == json.loads(json.dumps(document))


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert {"openDeposit", "openSettlement", "confirmSettlement", "cancelSettlement"} <= set(names)


def test_everything_under_v1_is_signed_but_notices(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        signed = path.startswith("/v1/") and not path.startswith("/v1/notices/")
        wanted = {name for scheme in operation.get("security", []) for name in scheme}
        assert wanted == (HEADERS if signed else set()), path
    assert {s["name"] for s in document["components"]["securitySchemes"].values()} == HEADERS


def test_every_write_names_its_idempotency_key(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        keyed = any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", []))
        assert keyed == (method == "post" and not path.startswith("/v1/notices/")), path


def test_every_failure_is_a_problem_document(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        failures = {s: r for s, r in operation["responses"].items() if s >= "400"}
        if path.startswith("/v1/") and not path.startswith("/v1/notices/"):
            assert {"400", "401", "422", "500"} <= set(failures), path
            assert all(set(r["content"]) == {"application/problem+json"} for r in failures.values())


def test_no_reference_leads_nowhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {f"#/components/schemas/{name}" for name in schemas} >= set(references(document))
    assert "Problem" in schemas


def test_the_examples_are_what_their_schemas_say(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    shown = [name for name, schema in schemas.items() if schema.get("examples")]
    assert {"OpenDeposit", "Register", "Settle", "Cancel", "Refund"} <= set(shown)
    for name in shown:
        schema = schemas[name]
        for example in schema["examples"]:
            assert set(schema.get("required", [])) <= set(example) <= set(schema["properties"])
