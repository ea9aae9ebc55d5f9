"""The two doors of the centre and the encrypted body, against the reference's own vectors."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import gmssl_pyx
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

from tests.simulators.insurance.designated_institution import EMPLOYEE, IDENTITY, Answer, Hospital

OpenCentre = Callable[..., Hospital]

VECTOR_SECOND = 1704067200  # 2024-01-01 08:00:00 Beijing, the reference's timestamp
PERSON = {
    "data": {
        "mdtrt_cert_type": "02",
        "mdtrt_cert_no": IDENTITY[EMPLOYEE][0],
        "psn_cert_type": "01",
        "certno": IDENTITY[EMPLOYEE][0],
        "psn_name": IDENTITY[EMPLOYEE][1],
    }
}


def refused_at_the_door(answer: Answer) -> str:
    assert answer.http.status_code == 401
    assert answer.json.keys() == {"code", "message"}
    assert answer.json["code"] == 401
    return answer.json["message"]


def to_the_vectors_time(hospital: Hospital) -> None:
    hospital.move_clock(VECTOR_SECOND - int(hospital.now().timestamp()))


# ------------------------------------------------------------------------------ AK/SK (1.4)


def test_the_references_aksk_vector_opens_the_door(hospital: Hospital) -> None:
    to_the_vectors_time(hospital)
    headers = {
        "_api_name": "1101",
        "_api_version": "1.0.0",
        "_api_timestamp": "1704067200000",
        "_api_access_key": "AK0001",
        "_api_signature": "FTIWIJuuvF4JiR0KYNZHgh+5xmI=",
    }
    body = json.dumps(hospital.envelope("1101", PERSON)).encode()
    answer = hospital.post("1101", body, headers)
    assert answer.output["baseinfo"]["psn_no"] == EMPLOYEE
    assert hospital.journal()[-1]["signature"] == "verified"


@pytest.mark.parametrize(
    ("changed", "message", "verdict"),
    [
        ({"_api_signature": "FTIWIJuuvF4JiR0KYNZHgh+5xmI="}, "签名不一致!", "invalid"),
        ({"_api_signature": "签"}, "签名不一致!", "invalid"),
        ({"_api_signature": ""}, "缺少服务网关的请求头!", "unsigned"),
        ({"_api_version": ""}, "缺少服务网关的请求头!", "unsigned"),
        ({"_api_timestamp": "yesterday"}, "签名时间戳超时!", "invalid"),
    ],
)
def test_headers_that_are_wrong_are_refused_by_the_gateway(
    hospital: Hospital, changed: dict[str, str], message: str, verdict: str
) -> None:
    headers = {**hospital.aksk_headers("1101"), **changed}
    raw = {name: value.encode() for name, value in headers.items()}
    assert refused_at_the_door(hospital.post("1101", b"{}", raw)) == message
    assert hospital.journal()[-1]["signature"] == verdict
    assert hospital.journal()[-1]["status"] == "401"


def test_an_unknown_access_key_is_refused_however_well_it_signs(hospital: Hospital) -> None:
    headers = hospital.aksk_headers("1101", _api_access_key="AK0002")
    assert refused_at_the_door(hospital.post("1101", b"{}", headers)) == "非法用户!"


@pytest.mark.parametrize(("minutes", "open_door"), [(29, True), (-29, True), (31, False)])
def test_a_timestamp_is_good_for_thirty_minutes(
    hospital: Hospital, minutes: int, open_door: bool
) -> None:
    at = int(hospital.now().timestamp() + minutes * 60) * 1000
    headers = hospital.aksk_headers("1101", _api_timestamp=str(at))
    body = json.dumps(hospital.envelope("1101", PERSON)).encode()
    answer = hospital.post("1101", body, headers)
    if open_door:
        assert answer.output["baseinfo"]["psn_no"] == EMPLOYEE
    else:
        assert refused_at_the_door(answer) == "签名时间戳超时!"


# ------------------------------------------------------------------------------ x-tif (1.5)


@pytest.fixture
def x_tif(open_centre: OpenCentre) -> Hospital:
    return open_centre(gateway="x_tif")


def through_x_tif(hospital: Hospital, infno: str, **headers: str) -> Answer:
    body = json.dumps(hospital.envelope(infno, PERSON), ensure_ascii=False).encode()
    url = f"{hospital.wire}/ebus/PAAS0001/hsa/hgs/{infno}"
    return Answer(hospital.client.post(url, content=body, headers=headers))


def x_tif_headers(hospital: Hospital, token: str = "TOKEN0001") -> dict[str, str]:
    at, nonce = str(int(hospital.now().timestamp())), "7"
    return {
        "x-tif-paasid": "PAAS0001",
        "x-tif-timestamp": at,
        "x-tif-nonce": nonce,
        "x-tif-signature": hashlib.sha256(f"{at}{token}{nonce}{at}".encode()).hexdigest(),
    }


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_the_references_x_tif_vector_opens_the_door_in_either_case(
    x_tif: Hospital, case: Callable[[str], str]
) -> None:
    to_the_vectors_time(x_tif)
    answer = through_x_tif(
        x_tif,
        "1101",
        **{
            "x-tif-paasid": "PAAS0001",
            "x-tif-timestamp": "1704067200",
            "x-tif-nonce": "1234567890",
            "x-tif-signature": case(
                "d0e2434610fa2f1af384edc326af58c692e0ee132319869195a97fe3f96725f7"
            ),
        },
    )
    assert answer.output["baseinfo"]["psn_no"] == EMPLOYEE
    assert x_tif.journal()[-1]["operation"] == "1101"


def test_x_tif_refuses_a_wrong_token_an_old_time_and_a_stranger(x_tif: Hospital) -> None:
    wrong = x_tif_headers(x_tif, token="TOKEN0002")
    assert refused_at_the_door(through_x_tif(x_tif, "1101", **wrong)) == "签名不一致!"
    good = x_tif_headers(x_tif)
    stranger = good | {"x-tif-paasid": "PAAS0002"}
    assert refused_at_the_door(through_x_tif(x_tif, "1101", **stranger)) == "非法用户!"
    without = {name: value for name, value in good.items() if name != "x-tif-nonce"}
    assert refused_at_the_door(through_x_tif(x_tif, "1101", **without)) == "缺少服务网关的请求头!"
    x_tif.act("clock", {"offset_seconds": 3600})
    assert refused_at_the_door(through_x_tif(x_tif, "1101", **good)) == "签名时间戳超时!"


def test_each_region_has_one_door(hospital: Hospital, x_tif: Hospital) -> None:
    assert through_x_tif(hospital, "1101", **x_tif_headers(hospital)).http.status_code == 404
    assert x_tif.post("1101", b"{}").http.status_code == 404


# ----------------------------------------------------------------- sm4_sm2 bodies (1.6, assumed)

SM4_KEY = "0123456789abcdef"
HOSPITAL_KEYS = gmssl_pyx.sm2_key_generate()
CENTRE_KEYS = gmssl_pyx.sm2_key_generate()


class SealedRoom:
    """The hospital's half of the body cipher, on libraries the simulator does not use for SM2."""

    def __init__(self, open_centre: OpenCentre) -> None:
        self.public, self.private = HOSPITAL_KEYS
        self.centre_public, centre_private = CENTRE_KEYS
        self.hospital = open_centre(
            body_cipher="sm4_sm2",
            sm4_key=SM4_KEY,
            hospital_public_key=base64.b64encode(b"\x04" + self.public).decode(),
            centre_private_key=base64.b64encode(centre_private).decode(),
        )

    def sealed(self, infno: str, given: dict[str, Any]) -> dict[str, Any]:
        padder = PKCS7(128).padder()
        plain = padder.update(json.dumps(given, ensure_ascii=False).encode()) + padder.finalize()
        sealing = Cipher(SM4(SM4_KEY.encode()), modes.ECB()).encryptor()
        text = base64.b64encode(sealing.update(plain) + sealing.finalize()).decode()
        der = gmssl_pyx.sm2_sign(self.private, self.public, text.encode())
        r, s = decode_dss_signature(der)
        raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        cainfo = base64.b64encode(raw).decode()
        return {**self.hospital.envelope(infno, {}), "input": text, "cainfo": cainfo} | {
            "signtype": "SM2"
        }

    def send(self, envelope: dict[str, Any]) -> Answer:
        return self.hospital.post(envelope["infno"], json.dumps(envelope).encode())

    def verifies(self, answer: dict[str, Any]) -> bool:
        raw = base64.b64decode(answer["cainfo"])
        assert len(raw) == 64
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        return bool(gmssl_pyx.sm2_verify(self.centre_public, answer["output"].encode(), der))

    def opened(self, answer: dict[str, Any]) -> dict[str, Any]:
        assert answer["signtype"] == "SM2"
        assert self.verifies(answer)
        opening = Cipher(SM4(SM4_KEY.encode()), modes.ECB()).decryptor()
        plain = opening.update(base64.b64decode(answer["output"])) + opening.finalize()
        unpadder = PKCS7(128).unpadder()
        return json.loads(unpadder.update(plain) + unpadder.finalize())


@pytest.fixture
def room(open_centre: OpenCentre) -> SealedRoom:
    return SealedRoom(open_centre)


def test_a_sealed_request_gets_a_sealed_and_signed_answer(room: SealedRoom) -> None:
    answer = room.send(room.sealed("1101", PERSON)).json
    assert answer["infcode"] == 0
    assert room.opened(answer)["baseinfo"]["psn_no"] == EMPLOYEE


def test_an_answer_without_output_is_signed_as_well(room: SealedRoom) -> None:
    refused = room.send(room.sealed("1101", {"data": {}})).json
    assert (refused["infcode"], refused["err_msg"]) == (-1, "字段[mdtrt_cert_type]不能为空")
    assert room.opened(refused) == {}


@pytest.mark.parametrize("broken", ["input", "cainfo"])
def test_a_tampered_body_is_refused(room: SealedRoom, broken: str) -> None:
    envelope = room.sealed("1101", PERSON)
    other = room.sealed("1101", {"data": {}})
    envelope[broken] = other[broken]
    answer = room.send(envelope).json
    assert (answer["infcode"], answer["err_msg"]) == (-1, "数字签名验证失败")
    assert room.hospital.journal()[-1]["signature"] == "invalid"


def test_a_plain_or_unsigned_body_is_refused(room: SealedRoom) -> None:
    for changed in ({"input": PERSON}, {"cainfo": ""}):
        answer = room.send(room.sealed("1101", PERSON) | changed).json
        assert (answer["infcode"], answer["err_msg"]) == (-1, "输入未加密或缺少数字签名信息")
        assert room.hospital.journal()[-1]["signature"] == "unsigned"


def test_a_bad_signature_on_the_answer_does_not_verify(room: SealedRoom) -> None:
    room.hospital.arm("1101", "bad_signature")
    answer = room.send(room.sealed("1101", PERSON)).json
    assert answer["infcode"] == 0
    assert not room.verifies(answer)
    assert room.opened(room.send(room.sealed("1101", PERSON)).json)
