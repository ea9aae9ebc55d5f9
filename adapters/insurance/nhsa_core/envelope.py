"""The request and answer envelopes (报文), and what an answer means before its output is read.

Apart from the connection, because the three ways to fail are decided here and nowhere else.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from adapters.insurance.nhsa_core.body_cipher import BodyCipher
from adapters.insurance.nhsa_core.credentials import Credentials, Operator
from adapters.insurance.nhsa_core.region import Region
from adapters.insurance.nhsa_core.translation.nodes import Node, beijing, parse_json, unreadable
from adapters.wire.recorded_http import UNSIGNED
from ports.errors import OutcomeUnknown, Refused, Unavailable

GATEWAY_CODE = 401
MESSAGE_NO_USED = "message_no_used"
GATEWAY_REFUSAL = "gateway_401"
INTEGER = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What changes from one request to the next outside its input."""

    infno: str
    message_no: str
    at: datetime
    insured_place: str  # empty = local
    sign_no: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Writes requests and reads answers of one institution in one region."""

    region: Region
    credentials: Credentials
    operator: Operator
    cipher: BodyCipher

    def write(self, heading: Heading, given: Mapping[str, object]) -> bytes:
        """The request body (§1.1). Note the two spellings of admvs and admdvs."""
        members = {
            "infno": heading.infno,
            "msgid": heading.message_no,
            "mdtrtarea_admvs": self.credentials.mdtrtarea_admvs,
            "insuplc_admdvs": heading.insured_place,
            "recer_sys_code": self.region.recer_sys_code,
            "dev_no": "",
            "dev_safe_info": "",
            "infver": self.region.infver,
            "opter_type": self.operator.kind,
            "opter": self.operator.code,
            "opter_name": self.operator.name,
            "inf_time": beijing(heading.at),
            "fixmedins_code": self.credentials.fixmedins_code,
            "fixmedins_name": self.credentials.fixmedins_name,
            "sign_no": heading.sign_no,
            **self.region.extra_fields,
            **self.cipher.seal(given),
        }
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()

    def verdict(self, response: httpx.Response) -> str:
        """Where an answer comes from. A gateway's or a proxy's own words are never signed."""
        try:
            envelope = parse_json(response.content)
        except ValueError:
            return UNSIGNED
        if not isinstance(envelope, dict) or "infcode" not in envelope:
            return UNSIGNED
        return self.cipher.verdict(envelope)

    def read(self, response: httpx.Response) -> Node:
        """The output of a success; Refused or OutcomeUnknown for anything else."""
        envelope = self._parsed(response)
        code = _infcode(envelope)
        succeeded = code in self.region.success_codes
        self._check_reference(envelope, needed=succeeded)
        if not succeeded:
            raise self._failure(code, envelope)
        return self._output(envelope)

    def _parsed(self, response: httpx.Response) -> dict[str, object]:
        status = response.status_code
        try:
            envelope = parse_json(response.content)
        except ValueError as error:
            raise OutcomeUnknown(f"HTTP {status}, not JSON", code=f"http_{status}") from error
        if not isinstance(envelope, dict):
            raise OutcomeUnknown(f"HTTP {status}, no envelope", code=f"http_{status}")
        if "infcode" not in envelope and status in (httpx.codes.OK, httpx.codes.UNAUTHORIZED):
            self._raise_gateway_refusal(envelope)
        if status != httpx.codes.OK:
            raise OutcomeUnknown(f"HTTP {status}", code=f"http_{status}")
        return envelope

    def _raise_gateway_refusal(self, envelope: Mapping[str, object]) -> None:
        """The gateway's 401 stands before the core: known words mean that nothing passed.

        So it is no word of the insurer about the business: a wrong key or clock of ours is mended
        and the same request sent again.
        """
        message = str(envelope.get("message"))
        if str(envelope.get("code")) != str(GATEWAY_CODE):
            return
        if self.region.texts.say(self.region.texts.gateway, message):
            raise Unavailable(message, code=GATEWAY_REFUSAL)

    def _check_reference(self, envelope: Mapping[str, object], *, needed: bool) -> None:
        """inf_refmsgid: a success without the core's own number is not the core's."""
        reference, layout = envelope.get("inf_refmsgid"), self.region.reference_no
        if not layout or (not needed and reference in (None, "")):
            return
        if not isinstance(reference, str) or not re.fullmatch(layout, reference):
            raise unreadable("inf_refmsgid", reference)

    def _failure(self, code: int, envelope: Mapping[str, object]) -> Refused | OutcomeUnknown:
        texts, text = self.region.texts, str(envelope.get("err_msg") or "")
        if texts.say(texts.repeated_message, text):
            return OutcomeUnknown(text, code=MESSAGE_NO_USED)
        if texts.say(texts.unsure, text):
            return OutcomeUnknown(text, code=str(code))
        return Refused(text, code=str(code))

    def _output(self, envelope: Mapping[str, object]) -> Node:
        """An object; some answer with JSON as text, and some with nothing at all."""
        try:
            output = self.cipher.open(envelope.get("output"))
            if isinstance(output, str) and output:
                output = parse_json(output)
        except ValueError as error:
            raise unreadable("output", type(error).__name__) from error
        if output in (None, ""):
            output = {}
        if not isinstance(output, dict):
            raise unreadable("output", type(output).__name__)
        return Node("output", output)


def _infcode(envelope: Mapping[str, object]) -> int:
    """交易状态码, a number or a quoted one."""
    code = envelope.get("infcode")
    if isinstance(code, bool) or not isinstance(code, int | str):
        raise unreadable("infcode", code)
    if not INTEGER.fullmatch(str(code)):
        raise unreadable("infcode", code)
    return int(code)
