"""contracts/openapi.json is what the application says of itself."""

import json
from pathlib import Path

from interfaces.rest.openapi import openapi_document

FILE = Path(__file__).parents[3] / "contracts" / "openapi.json"


def test_the_published_document_is_the_applications_own() -> None:
    assert json.loads(FILE.read_text()) == json.loads(json.dumps(openapi_document())), (
        "run `make openapi`"
    )
