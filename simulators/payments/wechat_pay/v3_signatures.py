"""API v3 cryptography: the merchant's Authorization header, our signed answers, AEAD, OAEP."""

import base64
import binascii
import random
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from simulators.payments.wechat_pay.configuration import Configuration
from simulators.payments.wechat_pay.refusals import Refusal, wrong_parameter

SCHEMA = "WECHATPAY2-SHA256-RSA2048"
TOLERANCE_SECONDS = 300
_PAIR = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What the signature covers: method, path with query exactly as sent, body as sent."""

    method: str
    path_and_query: str
    body: bytes
    authorization: str | None


def verify_request(signed: SignedRequest, configuration: Configuration, now: int) -> None:
    """Checks WECHATPAY2-SHA256-RSA2048; raises Refusal SIGN_ERROR (401) saying what is wrong."""
    if not signed.authorization or not signed.authorization.startswith(f"{SCHEMA} "):
        raise _sign_error(signed, "Http头Authorization值格式错误", "authorization missing")
    pairs = dict(_PAIR.findall(signed.authorization))
    missing = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"} - pairs.keys()
    if missing:
        raise _sign_error(signed, "Authorization不合法", f"{sorted(missing)[0]} missing")
    if pairs["mchid"] != configuration.mchid:
        raise _sign_error(signed, "商户号不存在", "mchid unknown")
    if pairs["serial_no"] != configuration.merchant_serial:
        raise _sign_error(signed, "商户证书序列号有误", "serial_no unknown")
    timestamp = pairs["timestamp"]
    if not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise _sign_error(
            signed,
            "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟",
            "timestamp too far",
        )
    message = _request_message(signed, timestamp, pairs["nonce_str"])
    try:
        signature = base64.b64decode(pairs["signature"], validate=True)
        configuration.merchant_public_key.verify(signature, message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error) as error:
        raise _sign_error(signed, "错误的签名，验签失败", "sign not match") from error


def _request_message(signed: SignedRequest, timestamp: str, nonce: str) -> bytes:
    head = f"{signed.method}\n{signed.path_and_query}\n{timestamp}\n{nonce}\n"
    return head.encode() + signed.body + b"\n"


def _sign_error(signed: SignedRequest, message: str, issue: str) -> Refusal:
    # This detail is the shape real refusals show (developer community posts), unlike PARAM_ERROR's.
    detail = {
        "detail": {"issue": issue},
        "field": "signature",
        "location": "authorization",
        "sign_information": {"method": signed.method, "url": signed.path_and_query},
    }
    return Refusal("SIGN_ERROR", message, detail=detail)


def signed_headers(
    key: RSAPrivateKey, serial: str, timestamp: int, nonce: str, body: bytes
) -> dict[str, str]:
    """The Wechatpay-* headers over `timestamp\\nnonce\\nbody\\n`."""
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    signature = key.sign(message, PKCS1v15(), SHA256())
    return {
        "Wechatpay-Timestamp": str(timestamp),
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature-Type": SCHEMA,
    }


def nonce(source: random.Random, length: int = 32) -> str:
    """Random letters and digits; 12 for AEAD, 32 for signatures."""
    return "".join(source.choices(string.ascii_letters + string.digits, k=length))


def aead_encrypt(api_key: str, nonce_text: str, associated_data: str, plaintext: bytes) -> str:
    """AEAD_AES_256_GCM: Base64 of ciphertext and tag."""
    sealed = AESGCM(api_key.encode()).encrypt(
        nonce_text.encode(), plaintext, associated_data.encode()
    )
    return base64.b64encode(sealed).decode()


def encrypted_resource(
    configuration: Configuration, source: random.Random, original_type: str, plaintext: bytes
) -> Mapping[str, str]:
    """The `resource` of a notification."""
    nonce_text = nonce(source, 12)
    return {
        "original_type": original_type,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": aead_encrypt(configuration.apiv3_key, nonce_text, original_type, plaintext),
        "nonce": nonce_text,
        "associated_data": original_type,
    }


def decrypt_sensitive_field(key: RSAPrivateKey, field: str, ciphertext: str) -> str:
    """RSA-OAEP with SHA-1, as sensitive fields are sent; raises PARAM_ERROR naming the field."""
    # The vendor's protocol fixes SHA-1 here.
    padding = OAEP(mgf=MGF1(algorithm=SHA1()), algorithm=SHA1(), label=None)  # noqa: S303
    try:
        return key.decrypt(base64.b64decode(ciphertext, validate=True), padding).decode()
    except ValueError as error:
        raise wrong_parameter(f"/body/{field}", "***", "敏感信息解密失败") from error
