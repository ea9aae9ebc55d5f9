"""The REST application of one process, over what the container built."""

from fastapi import FastAPI

from interfaces.rest.authentication import SignedCalls
from interfaces.rest.openapi import described_app
from interfaces.rest.openapi import openapi_document as openapi_document
from interfaces.rest.translation import translate_errors
from interfaces.rest.uses import Uses


def rest_app(uses: Uses) -> FastAPI:
    """Routes, signatures and error documents over these use cases."""
    app = described_app()
    app.state.uses = uses
    app.add_middleware(SignedCalls, uses=uses)
    translate_errors(app)
    return app
