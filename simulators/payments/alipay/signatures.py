"""RSA2 of the open platform: what is signed, checked, and how certificates are named (§2.1)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

_NAMES = {
    x509.NameOID.COMMON_NAME: "CN",
    x509.NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    x509.NameOID.ORGANIZATION_NAME: "O",
    x509.NameOID.COUNTRY_NAME: "C",
}
_PKCS1 = "1.2.840.113549.1.1"


def content(parameters: Mapping[str, str], *without: str) -> str:
    """待签名字符串: names in order, raw values, joined with `&`."""
    names = sorted(name for name in parameters if name not in without)
    return "&".join(f"{name}={parameters[name]}" for name in names)


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """SHA256withRSA, Base64."""
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def verifies(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether the signature is that key's over these bytes."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def certificate_sn(certificate: x509.Certificate) -> str:
    """MD5 over the issuer, most particular part first, and the serial number in decimal."""
    parts = [
        f"{_NAMES[attribute.oid]}={attribute.value!s}"
        for attribute in reversed(list(certificate.issuer))
    ]
    named = ",".join(parts) + str(certificate.serial_number)
    return hashlib.md5(named.encode()).hexdigest()  # noqa: S324 - the vendor's name for it


def root_sn(chain: Sequence[x509.Certificate]) -> str:
    """The SN of every RSA-signed certificate of the root file, joined with `_`."""
    return "_".join(
        certificate_sn(one)
        for one in chain
        if one.signature_algorithm_oid.dotted_string.rpartition(".")[0] == _PKCS1
    )
