"""Keys and certificates of the sandbox, made at its first start and never committed."""

import base64
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from gmssl_pyx import sm2_key_generate

# Wide enough for every business day a demo or a test may move to.
VALID_FROM, VALID_UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An RSA key and the certificate for it, as PEM text."""

    private_key: str
    public_key: str
    certificate: str
    serial: str  # upper-case hex


@dataclass(frozen=True, slots=True)
class Sm2KeyPair:
    """An SM2 key in Base64, as bureaus hand them out: D of 32 bytes, 04‖X‖Y of 65."""

    private_key: str
    public_key: str


def new_sm2_key() -> Sm2KeyPair:
    """A fresh one."""
    public, private = sm2_key_generate()
    point = b"\4" + public
    return Sm2KeyPair(base64.b64encode(private).decode(), base64.b64encode(point).decode())


class Authority:
    """A certificate authority that lives as long as this object."""

    def __init__(self) -> None:
        self._key = _new_key()
        self._name = _name("Medsettle sandbox CA")
        builder = _builder(self._name, self._name, self._key.public_key())
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        self._certificate = builder.add_extension(constraints, critical=True).sign(
            self._key, hashes.SHA256()
        )

    @property
    def certificate(self) -> str:
        """The authority's own certificate, PEM."""
        return _pem(self._certificate)

    def issue(self, name: str) -> KeyPair:
        """A key and a certificate, usable by a server on loopback and by a client."""
        key = _new_key()
        loopback = x509.SubjectAlternativeName(
            [
                x509.DNSName("localhost"),
                x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
            ]
        )
        certificate = (
            _builder(_name(name), self._name, key.public_key())
            .add_extension(loopback, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return KeyPair(
            private.decode(), public.decode(), _pem(certificate), f"{certificate.serial_number:X}"
        )


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_UNTIL)
    )
