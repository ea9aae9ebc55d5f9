"""What a field of a request may hold. Nothing is converted: an amount is an integer, or refused."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema
from starlette.convertors import Convertor, register_url_convertor

INT64_MAX = (1 << 63) - 1
FEN_MAX = (1 << 53) - 1  # what every JSON reader keeps exactly, and more than any hospital owns
NUMBER = r"[0-9A-Za-z._-]{1,64}"
DAY = re.compile(r"20\d{2}-\d{2}-\d{2}", re.ASCII)


class Input(BaseModel):
    """A request's body or query. An unknown field is refused: a slip of the pen is no default."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NumberConvertor(Convertor[str]):
    """A number in a path: `{no:number}`. It never swallows the colon of a verb."""

    regex = NUMBER

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("number", NumberConvertor())


def _iso_day(value: object) -> object:
    """`2026-11-22` of this century and nothing else; pydantic alone would take a timestamp too."""
    if isinstance(value, str) and DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("a date is written YYYY-MM-DD and lies between 2000 and 2099")


def example(shown: Mapping[str, Any]) -> ConfigDict:
    """The configuration of an Input with one example in the API's description."""
    return ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        json_schema_extra={"examples": [dict(shown)]},
    )


Fen = Annotated[int, Field(strict=True, ge=1, le=FEN_MAX, description="integer fen")]
Number = Annotated[str, Field(pattern=f"^{NUMBER}$")]
PathNumber = Annotated[str, Path(pattern=f"^{NUMBER}$")]
Name = Annotated[
    str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,64}$", description="e.g. who, or which window")
]
OptionalName = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]{0,64}$")]
Reason = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,200}$")]
Word = Annotated[str, Field(pattern=r"^[0-9a-z_]{1,32}$")]
OpenIdText = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,128}$")]
Secret = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,512}$", repr=False)]
Yes = StrictBool
BusinessDate = Annotated[
    date,
    BeforeValidator(_iso_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^20\d{2}-\d{2}-\d{2}$"}),
]
