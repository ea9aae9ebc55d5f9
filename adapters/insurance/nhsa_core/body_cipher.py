"""How input and output travel: in the clear, or SM4-encrypted and SM2-signed (assumed, §1.6).

Apart from the envelope, because most regions leave the bodies alone. The signature covers the
ciphertext's Base64 text; infcode and err_msg are outside it, whatever the region.
"""

import base64
import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7
from gmssl_pyx import GmsslInnerError, sm2_sign, sm2_verify

from adapters.insurance.nhsa_core.credentials import BodyKeys, Credentials
from adapters.insurance.nhsa_core.region import Region
from adapters.wire.recorded_http import INVALID, UNSIGNED, VERIFIED

SCALAR_BYTES = 32
BLOCK_BITS = 128
UNCOMPRESSED = 4  # the first byte of a point written as 04‖X‖Y


class BodyCipher(Protocol):
    """What a region does to the bodies."""

    @property
    @abstractmethod
    def algorithm(self) -> str:
        """The body signature's name; empty when bodies are not signed."""

    @abstractmethod
    def seal(self, given: Mapping[str, object]) -> dict[str, object]:
        """The envelope's members that carry an input."""

    @abstractmethod
    def verdict(self, envelope: Mapping[str, object]) -> str:
        """VERIFIED, INVALID or UNSIGNED: what is known of where an answer comes from."""

    @abstractmethod
    def open(self, output: object) -> object:
        """The output in the clear, or as JSON text; ValueError when it does not open."""


def body_cipher_of(region: Region, credentials: Credentials) -> BodyCipher:
    """The region's way with bodies."""
    if not region.sealed_bodies:
        return ClearBody()
    if credentials.body_keys is None:
        raise ValueError(f"region {region.name} needs body_keys")
    return SealedBody(credentials.body_keys)


class ClearBody:
    """Bodies as they are; cainfo stays empty."""

    algorithm = ""

    def seal(self, given: Mapping[str, object]) -> dict[str, object]:
        """The input as an object."""
        return {"cainfo": "", "signtype": "", "input": given}

    def verdict(self, envelope: Mapping[str, object]) -> str:
        """Nobody signs here."""
        return UNSIGNED

    def open(self, output: object) -> object:
        """Nothing to open."""
        return output


class SealedBody:
    """SM4-ECB with PKCS7, then SM2 with SM3 over the ciphertext; an unsigned answer is invalid."""

    algorithm = "SM2-WITH-SM3"

    def __init__(self, keys: BodyKeys) -> None:
        self._sm4 = SM4(keys.sm4_key.encode("ascii"))
        self._private_key = _scalar(keys.private_key)
        self._public_key = _point(keys.public_key)
        self._centre = _point(keys.centre_public_key)

    def seal(self, given: Mapping[str, object]) -> dict[str, object]:
        """Ciphertext and signature, both Base64."""
        plain = json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode()
        padder = PKCS7(BLOCK_BITS).padder()
        padded = padder.update(plain) + padder.finalize()
        encryptor = Cipher(self._sm4, modes.ECB()).encryptor()  # noqa: S305 - the region's rule
        text = base64.b64encode(encryptor.update(padded) + encryptor.finalize())
        return {
            "cainfo": base64.b64encode(self._sign(text)).decode(),
            "signtype": "SM2",
            "input": text.decode(),
        }

    def verdict(self, envelope: Mapping[str, object]) -> str:
        """Every answer of the core carries a signed output, a refusal too."""
        output, signature = envelope.get("output"), envelope.get("cainfo")
        if not isinstance(output, str) or not isinstance(signature, str):
            return INVALID
        return VERIFIED if self._signed(output, signature) else INVALID

    def open(self, output: object) -> object:
        """The JSON text inside."""
        if not isinstance(output, str):
            raise ValueError("a sealed output is text")
        decryptor = Cipher(self._sm4, modes.ECB()).decryptor()  # noqa: S305 - the region's rule
        sealed = base64.b64decode(output, validate=True)
        unpadder = PKCS7(BLOCK_BITS).unpadder()
        padded = decryptor.update(sealed) + decryptor.finalize()
        return (unpadder.update(padded) + unpadder.finalize()).decode()

    def _sign(self, text: bytes) -> bytes:
        """r and s of 32 bytes each; the library speaks DER."""
        r, s = decode_dss_signature(sm2_sign(self._private_key, self._public_key, text))
        return r.to_bytes(SCALAR_BYTES, "big") + s.to_bytes(SCALAR_BYTES, "big")

    def _signed(self, output: str, signature: str) -> bool:
        try:
            raw = base64.b64decode(signature, validate=True)
            if len(raw) != 2 * SCALAR_BYTES:
                return False
            r, s = (
                int.from_bytes(half, "big") for half in (raw[:SCALAR_BYTES], raw[SCALAR_BYTES:])
            )
            return bool(sm2_verify(self._centre, output.encode(), encode_dss_signature(r, s)))
        except (ValueError, GmsslInnerError):
            return False


def _scalar(text: str) -> bytes:
    """A private key; some issue it with a leading zero byte."""
    raw = base64.b64decode(text, validate=True)
    if len(raw) not in (SCALAR_BYTES, SCALAR_BYTES + 1) or raw[:-SCALAR_BYTES].strip(b"\0"):
        raise ValueError("an SM2 private key is Base64 of 32 bytes")
    return raw[-SCALAR_BYTES:]


def _point(text: str) -> bytes:
    """A public key as the 64 bytes the library wants."""
    raw = base64.b64decode(text, validate=True)
    if len(raw) != 2 * SCALAR_BYTES + 1 or raw[0] != UNCOMPRESSED:
        raise ValueError("an SM2 public key is Base64 of 65 bytes, 04 first")
    return raw[1:]
