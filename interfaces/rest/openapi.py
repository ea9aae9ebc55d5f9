"""The API's description: the routes' own, with the signature scheme and the problem document added.

`python -m interfaces.rest.openapi > file` needs no database and no settings.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from interfaces.rest.authentication import (
    KEY_ID,
    NONCE,
    SIGNATURE,
    SIGNED,
    TIMESTAMP,
    UNSIGNED,
)
from interfaces.rest.errors import Problem
from interfaces.rest.routes import (
    admissions,
    charges,
    deposits,
    health,
    notices,
    operations,
    reconciliations,
    refunds,
    registrations,
    settlements,
)

ROUTERS = (
    admissions.router,
    charges.router,
    registrations.router,
    deposits.router,
    settlements.router,
    refunds.router,
    reconciliations.router,
    operations.router,
    notices.router,
    health.router,
)
DESCRIPTION = """Hospital payment and settlement.

Every call under /v1 but the channels' notices is signed by an application: see contracts/README.md
for the five lines that are signed, and a test vector. Amounts are integer fen, times RFC 3339 in
UTC, dates business dates in Asia/Shanghai. Every POST names an `Idempotency-Key`. Errors are
RFC 9457 problem documents with a stable `code` and a Chinese text for patient and cashier."""

SCHEMES = {
    KEY_ID: "The application's key id",
    TIMESTAMP: "Unix seconds, at most 300 s off",
    NONCE: "16 to 64 of [0-9A-Za-z_-], never used twice on a write",
    SIGNATURE: "Lower-case hex HMAC-SHA256 over method, path with query, timestamp, nonce and "
    "body digest, each line ended by a line feed",
}


def described_app() -> FastAPI:
    """All routes with nothing behind them."""
    app = FastAPI(
        title="Medsettle",
        version="1",
        description=DESCRIPTION,
        redirect_slashes=False,
        redoc_url=None,
        telemetry={"logs": False},  # its log records would carry exception texts to an exporter
    )
    for router in ROUTERS:
        app.include_router(router)
    plain = app.openapi

    def described() -> dict[str, Any]:
        return _with_schemes(plain())

    app.openapi = described  # type: ignore[method-assign] # FastAPI's own way to extend it
    return app


def openapi_document() -> dict[str, Any]:
    """OpenAPI 3.1 of the whole API."""
    return described_app().openapi()


def _with_schemes(document: dict[str, Any]) -> dict[str, Any]:
    components = document["components"]
    components["schemas"]["Problem"] = Problem.model_json_schema(mode="serialization")
    components["securitySchemes"] = {
        name: {"type": "apiKey", "in": "header", "name": name, "description": described}
        for name, described in SCHEMES.items()
    }
    for path, operation in _operations(document):
        if path.startswith(SIGNED) and not path.startswith(UNSIGNED):
            operation["security"] = [{name: [] for name in SCHEMES}]
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for operation in item.values():
            yield path, operation


if __name__ == "__main__":
    json.dump(openapi_document(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
