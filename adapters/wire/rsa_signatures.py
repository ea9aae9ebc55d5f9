"""RSA with SHA-256 and PKCS#1 v1.5 (RSA2), the signature of every Chinese payment channel."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509 import load_pem_x509_certificate


class NotGenuine(Exception):
    """A signature check failed; `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SigningKey:
    """Our private key."""

    def __init__(self, name: str, pem: str) -> None:
        key = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{name} is not an RSA key")
        self._key = key

    def sign(self, message: bytes) -> str:
        """The signature as Base64."""
        signature = self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()


class VerifyingKey:
    """Their public key, or the one in their certificate."""

    def __init__(self, name: str, pem: str) -> None:
        loaded = (
            load_pem_x509_certificate(pem.encode()).public_key()
            if "CERTIFICATE" in pem
            else load_pem_public_key(pem.encode())
        )
        if not isinstance(loaded, rsa.RSAPublicKey):
            raise ValueError(f"{name} is not an RSA key")
        self._key = loaded

    def check(self, message: bytes, signature: str) -> None:
        """Raises NotGenuine unless the Base64 signature is theirs over this message."""
        try:
            raw = base64.b64decode(signature, validate=True)
            self._key.verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
        except (binascii.Error, ValueError, InvalidSignature) as error:
            raise NotGenuine("the signature does not verify") from error
