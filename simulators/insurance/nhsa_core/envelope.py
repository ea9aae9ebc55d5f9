"""The request and answer envelopes (报文) of the core, and the two forms in which they travel."""

from datetime import datetime
from email.message import Message
from typing import Any

from simulators.insurance.nhsa_core.amounts import read_json
from simulators.insurance.nhsa_core.body_cipher import BodyCipher
from simulators.insurance.nhsa_core.centre import Call, Centre, Output
from simulators.insurance.nhsa_core.dictionaries import DICTIONARIES
from simulators.insurance.nhsa_core.input_rows import DATETIME
from simulators.insurance.nhsa_core.refusals import (
    Refusal,
    badly_written,
    missing_field,
    unknown_code,
)

REQUIRED = (
    "infno", "msgid", "mdtrtarea_admvs", "recer_sys_code", "infver", "opter_type", "opter",
    "opter_name", "inf_time", "fixmedins_code", "fixmedins_name",
)  # fmt: skip


def parts_of(body: bytes, content_type: str) -> tuple[bytes, bytes | None]:
    """The envelope's JSON and, in 9101's multipart form, the file beside it."""
    header = Message()
    header["content-type"] = content_type
    if header.get_content_type() != "multipart/form-data":
        return body, None
    parts = _multipart(body, str(header.get_param("boundary", "")))
    if "jsonStr" not in parts or "file" not in parts:
        raise Refusal("multipart请求必须包含jsonStr和file两部分")
    return parts["jsonStr"], parts["file"]


def json_object(text: bytes) -> dict[str, Any]:
    """The envelope as it stands on the wire."""
    try:
        envelope = read_json(text)
    except ValueError as error:
        raise Refusal("报文不是有效的JSON") from error
    if not isinstance(envelope, dict):
        raise Refusal("报文必须为JSON对象")
    return envelope


def read_call(
    centre: Centre,
    envelope: dict[str, Any],
    file: bytes | None,
    door_says: str,
    cipher: BodyCipher | None,
) -> Call:
    """The call of an envelope, every envelope field checked, `input` opened."""
    plain = cipher.open(envelope) if cipher else envelope.get("input")
    if not isinstance(plain, dict):
        raise missing_field("input")
    for name in REQUIRED:
        if not isinstance(envelope.get(name), str) or not envelope[name]:
            raise missing_field(name)
    _require_known_sender(centre, envelope)
    if envelope["infno"] != door_says:
        raise Refusal(f"交易编号[{envelope['infno']}]与网关请求不一致")
    return Call(
        infno=envelope["infno"],
        msgid=envelope["msgid"],
        sign_no=str(envelope.get("sign_no") or ""),
        opter=envelope["opter"],
        opter_name=envelope["opter_name"],
        insuplc_admdvs=str(envelope.get("insuplc_admdvs") or ""),
        mdtrtarea_admvs=envelope["mdtrtarea_admvs"],
        input=plain,
        edition=centre.settings.edition,
        file=file,
    )


def answer(
    centre: Centre,
    received: datetime,
    output: Output | None,
    refusal: Refusal | None,
    cipher: BodyCipher | None,
) -> dict[str, Any]:
    """The answer envelope; with a body cipher every answer is sealed, an empty one too."""
    code = 0 if refusal is None else refusal.code
    sealed = {"output": output} if cipher is None else cipher.seal(output or {})
    return {
        "infcode": str(code) if centre.settings.infcode_as_text else code,
        "inf_refmsgid": centre.new_number(digits=10),
        "refmsg_time": _milliseconds(received),
        "respond_time": _milliseconds(centre.clock.beijing()),
        "err_msg": "" if refusal is None else refusal.text,
        **sealed,
    }


def business_numbers(given: dict[str, Any]) -> dict[str, str]:
    """mdtrt_id, psn_no and setl_id wherever they first stand in an input or output."""
    found: dict[str, str] = {}
    for node in given.values():
        row = node[0] if isinstance(node, list) and node else node
        if not isinstance(row, dict):
            continue
        for name in ("mdtrt_id", "psn_no", "setl_id"):
            if isinstance(row.get(name), str) and name not in found:
                found[name] = row[name]
    return found


def require_area(centre: Centre, call: Call) -> None:
    """参保地医保区划 of the envelope: the person's, or empty for a local one."""
    person = centre.books.persons.get(business_numbers(call.input).get("psn_no", ""))
    if person is None:
        return
    if call.insuplc_admdvs and call.insuplc_admdvs != person.insuplc_admdvs:
        raise Refusal(f"参保地医保区划[{call.insuplc_admdvs}]与参保信息不符")
    if not call.insuplc_admdvs and person.insuplc_admdvs != call.mdtrtarea_admvs:
        raise missing_field("insuplc_admdvs")


def _require_known_sender(centre: Centre, envelope: dict[str, Any]) -> None:
    settings = centre.settings
    if envelope["fixmedins_code"] != settings.fixmedins_code:
        raise Refusal(f"定点医药机构编号[{envelope['fixmedins_code']}]不存在")
    if envelope["mdtrtarea_admvs"] != settings.mdtrtarea_admvs:
        raise Refusal(f"就医地医保区划[{envelope['mdtrtarea_admvs']}]不正确")
    if envelope["opter_type"] not in DICTIONARIES["opter_type"]:
        raise unknown_code("opter_type", envelope["opter_type"])
    try:
        datetime.strptime(envelope["inf_time"], DATETIME)  # noqa: DTZ007 - only its shape
    except ValueError as error:
        raise badly_written("inf_time", envelope["inf_time"]) from error


def _milliseconds(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S") + f"{at.microsecond // 1000:03d}"


def _multipart(body: bytes, boundary: str) -> dict[str, bytes]:
    """Parts by name, bytes untouched (RFC 2046: each part lies between CRLF and CRLF--boundary)."""
    parts: dict[str, bytes] = {}
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        for line in head.decode("utf-8", "replace").split("\r\n"):
            if line.lower().startswith("content-disposition:"):
                header = Message()
                header["content-disposition"] = line.partition(":")[2].strip()
                name = header.get_param("name", "", "content-disposition")
                parts[str(name)] = content
    return parts
