"""The signatures of both doors, against the vectors of the reference (§1.4, §1.5)."""

from datetime import UTC, datetime

from adapters.insurance.nhsa_core.gateways import AccessKeyGateway, TokenGateway

AT = datetime.fromtimestamp(1704067200, UTC)


def test_the_access_key_vector_holds() -> None:
    headers = AccessKeyGateway("AK0001", "SK0001", "1.0.0").headers("1101", AT)
    assert headers == {
        "_api_name": "1101",
        "_api_version": "1.0.0",
        "_api_timestamp": "1704067200000",
        "_api_access_key": "AK0001",
        "_api_signature": "FTIWIJuuvF4JiR0KYNZHgh+5xmI=",
    }


def test_the_access_key_timestamp_has_thirteen_digits() -> None:
    at = AT.replace(microsecond=7_999)
    headers = AccessKeyGateway("AK0001", "SK0001", "1.0.0").headers("1101", at)
    assert headers["_api_timestamp"] == "1704067200007"


def test_the_token_vector_holds() -> None:
    gateway = TokenGateway("PAAS0001", "TOKEN0001")
    assert (
        gateway.signature("1704067200", "1234567890")
        == "d0e2434610fa2f1af384edc326af58c692e0ee132319869195a97fe3f96725f7"
    )


def test_the_token_headers_carry_their_own_proof() -> None:
    gateway = TokenGateway("PAAS0001", "TOKEN0001")
    headers = gateway.headers("2304", AT)
    assert headers["x-tif-paasid"] == "PAAS0001"
    assert headers["x-tif-timestamp"] == "1704067200"
    assert headers["x-tif-nonce"].isdigit()
    assert len(headers["x-tif-nonce"]) <= 10
    proof = gateway.signature(headers["x-tif-timestamp"], headers["x-tif-nonce"])
    assert headers["x-tif-signature"] == proof


def test_a_nonce_does_not_come_twice() -> None:
    gateway = TokenGateway("PAAS0001", "TOKEN0001")
    nonces = {gateway.headers("2304", AT)["x-tif-nonce"] for _ in range(50)}
    assert len(nonces) == 50


def test_each_door_names_its_algorithm() -> None:
    assert AccessKeyGateway("AK", "SK", "1.0.0").algorithm == "HMAC-SHA1"
    assert TokenGateway("PAAS", "TOKEN").algorithm == "SHA256-TOKEN"
