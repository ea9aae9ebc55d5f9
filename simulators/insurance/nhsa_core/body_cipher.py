"""Encrypted bodies of some regions (assumed): SM4-ECB ciphertext as Base64, SM2 signature over it.

SM2 comes from gmalg, so that this side shares no code with an adapter built on another library.
"""

import base64
import binascii
from typing import Any, Protocol

import gmalg
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

from simulators.control import BadAct
from simulators.insurance.nhsa_core.amounts import read_json, write_json
from simulators.insurance.nhsa_core.settings import Settings

USER_ID = b"1234567812345678"
HALF = 32  # bytes of r, bytes of s
BLOCK_BITS = 128
KEY_BYTES = 16
POINT_BYTES = 65


class BodyRefusal(Exception):
    """The body does not open: no signature, a wrong one, or no ciphertext."""

    def __init__(self, text: str, verdict: str) -> None:
        super().__init__(text)
        self.text = text
        self.verdict = verdict


class RandomBits(Protocol):
    """Where SM2 takes its nonce from: the seeded source, so that a run can be repeated."""

    def getrandbits(self, k: int, /) -> int:
        """An integer of k random bits."""


class BodyCipher:
    """Opens requests with the hospital's public key, seals answers with the centre's own."""

    def __init__(self, settings: Settings, random: RandomBits) -> None:
        self.key = settings.sm4_key.encode()
        public = _key_bytes("hospital_public_key", settings.hospital_public_key, POINT_BYTES)
        private = _key_bytes("centre_private_key", settings.centre_private_key, HALF)
        if len(self.key) != KEY_BYTES:
            raise BadAct("'sm4_key' must be 16 ASCII characters")
        self.hospital = gmalg.SM2(uid=USER_ID, pk=public)
        self.centre = gmalg.SM2(private, USER_ID, rnd_fn=random.getrandbits)

    def open(self, envelope: dict[str, Any]) -> object:
        """The plain `input` of a request, after its signature held."""
        text, signature = envelope.get("input"), envelope.get("cainfo")
        if not isinstance(text, str) or not isinstance(signature, str) or not signature:
            raise BodyRefusal("输入未加密或缺少数字签名信息", "unsigned")
        if envelope.get("signtype") != "SM2" or not self._signed(text, signature):
            raise BodyRefusal("数字签名验证失败", "invalid")
        try:
            return read_json(self._decrypt(base64.b64decode(text, validate=True)))
        except ValueError as error:
            raise BodyRefusal("输入解密失败", "invalid") from error

    def seal(self, output: object) -> dict[str, str]:
        """The members of an answer that carry `output`: ciphertext, signature, its type."""
        padder = PKCS7(BLOCK_BITS).padder()
        plain = padder.update(write_json(output).encode()) + padder.finalize()
        sealing = Cipher(SM4(self.key), modes.ECB()).encryptor()  # noqa: S305 - the region's rule
        text = base64.b64encode(sealing.update(plain) + sealing.finalize())
        r, s = self.centre.sign(text)
        # gmalg drops leading zero bytes; the wire wants 64 bytes always.
        signature = r.rjust(HALF, b"\0") + s.rjust(HALF, b"\0")
        return {
            "output": text.decode(),
            "cainfo": base64.b64encode(signature).decode(),
            "signtype": "SM2",
        }

    def _signed(self, text: str, signature: str) -> bool:
        try:
            raw = base64.b64decode(signature, validate=True)
        except binascii.Error:
            return False
        return len(raw) == 2 * HALF and bool(
            self.hospital.verify(text.encode(), raw[:HALF], raw[HALF:])
        )

    def _decrypt(self, sealed: bytes) -> bytes:
        opening = Cipher(SM4(self.key), modes.ECB()).decryptor()  # noqa: S305 - the region's rule
        unpadder = PKCS7(BLOCK_BITS).unpadder()
        plain = opening.update(sealed) + opening.finalize()
        return unpadder.update(plain) + unpadder.finalize()


def _key_bytes(name: str, text: str, length: int) -> bytes:
    raw = base64.b64decode(text)
    if len(raw) != length:
        raise BadAct(f"{name!r} must be Base64 of {length} bytes")
    return raw
