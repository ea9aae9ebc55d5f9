"""Keys and certificates of made-up parties, good on this machine only."""

import ipaddress
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def key_pem(key: rsa.RSAPrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def public_key_pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(PEM, form).decode()


def certificate_pem(one: x509.Certificate) -> str:
    return one.public_bytes(PEM).decode()


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(
    key: rsa.RSAPrivateKey,
    name: str,
    issuer: tuple[x509.Name, rsa.RSAPrivateKey] | None = None,
) -> x509.Certificate:
    """Signed by the issuer, or by itself."""
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    issued_by, signing = issuer or (named(name), key)
    return (
        x509.CertificateBuilder()
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .subject_name(named(name))
        .issuer_name(issued_by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(signing, hashes.SHA256())
    )
