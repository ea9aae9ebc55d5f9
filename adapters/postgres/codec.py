"""Values as JSON text: money as integer fen, decimals as exact text, instants in UTC.

Reading goes through the domain's constructors, so that a stored value that breaks an invariant, or
that the class of today does not understand, raises instead of being believed.
"""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter
from pydantic_core import CoreConfig, CoreSchema, SchemaSerializer, SchemaValidator, core_schema

from adapters.postgres.columns import in_utc
from domain.money import Money
from domain.plan.plan import Plan

T = TypeVar("T")

_FEN = core_schema.no_info_after_validator_function(
    Money,
    core_schema.int_schema(strict=True),
    serialization=core_schema.plain_serializer_function_ser_schema(
        lambda money: money.fen, return_schema=core_schema.int_schema()
    ),
)
_INSTANT = core_schema.no_info_after_validator_function(
    in_utc,
    core_schema.datetime_schema(tz_constraint="aware"),
    serialization=core_schema.plain_serializer_function_ser_schema(
        in_utc, return_schema=core_schema.datetime_schema()
    ),
)


class Codec(Generic[T]):
    """JSON text of one type of the domain, and back."""

    def __init__(self, kind: object) -> None:
        """`kind` is a class, or a form such as `tuple[Lot, ...]`; it need not know of pydantic."""
        schema = cast(CoreSchema, _in_our_form(TypeAdapter(cast(Any, kind)).core_schema))
        # What does not fit may be a patient's name, and errors are logged.
        self._reader = SchemaValidator(schema, CoreConfig(hide_input_in_errors=True))
        self._writer = SchemaSerializer(schema)

    def encode(self, value: T) -> str:
        """The value as JSON; every field, also those a repr hides."""
        return self._writer.to_json(value, warnings="error").decode()

    def decode(self, text: str) -> T:
        """The value again. Nothing is converted loosely, no field is dropped."""
        value: T = self._reader.validate_json(text, strict=True, extra="forbid")
        return value


class PlanCodec:
    """Plan bodies, each in the class that its kind names."""

    def __init__(self, kinds: Mapping[str, type[Plan]]) -> None:
        self._kinds = kinds
        self._codecs: dict[str, Codec[Plan]] = {kind: Codec(cls) for kind, cls in kinds.items()}

    def encode(self, plan: Plan) -> str:
        """The plan's body; a class that is not the one of its kind could not be read again."""
        if self._kinds.get(plan.kind) is not type(plan):
            raise LookupError(f"{type(plan).__name__} is not the class of plans {plan.kind!r}")
        return self._codecs[plan.kind].encode(plan)

    def decode(self, kind: str, body: str) -> Plan:
        """The plan in its own class; LookupError for a kind nobody knows."""
        if kind not in self._codecs:
            raise LookupError(f"no class is known for plans of kind {kind!r}")
        return self._codecs[kind].decode(body)


def _in_our_form(schema: object) -> object:
    """The schema pydantic derives, with our form of money and of instants put in its place.

    The domain cannot carry the annotations pydantic would want: it knows the standard library only.
    """
    if isinstance(schema, list):
        return [_in_our_form(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "datetime":
        return _referable(_INSTANT, schema)
    if schema.get("type") == "dataclass" and schema["cls"] is Money:
        return _referable(_FEN, schema)
    return {name: _in_our_form(part) for name, part in schema.items()}


def _referable(ours: CoreSchema, theirs: dict[str, Any]) -> dict[str, Any]:
    """Ours under the name that other places of the schema refer to."""
    return {**ours, "ref": theirs["ref"]} if "ref" in theirs else dict(ours)
