"""Every call is verified on the bytes that travelled; what fails says why."""

import hashlib
import hmac
import time

import grpc
import pytest

METHOD = "/medsettle.his.v1.HospitalInformationService/GetAdmission"


@pytest.fixture
def ask(his, hospital):
    """Calls GetAdmission with metadata made by a function of (method, body)."""
    admission_no = hospital.admit()
    request = his.request("GetAdmission", admission_no=admission_no)

    def send(metadata):
        return his.send("GetAdmission", request, metadata=metadata)

    send.body = request.SerializeToString()
    return send


def refused(his, ask, metadata):
    with pytest.raises(grpc.RpcError) as caught:
        ask(metadata)
    refusal = his.read_refusal(caught.value)
    assert refusal.code == "UNAUTHENTICATED"
    return refusal.text


def test_the_tests_own_signer_computes_the_published_vector(his):
    # contracts/README.md gives a REST vector; its two digests tie the shared construction down.
    body = b'{"amount_fen":100}'
    digest = hashlib.sha256(body).hexdigest()
    assert digest == "df690f964ca913d6855aff0b935df141ea04b98a488a82ef5c728ee051490f65"
    text = f"POST\n/v1/deposits\n1704067200\nnonce-0123456789\n{digest}\n"
    secret = b"0123456789abcdef0123456789abcdef"
    assert (
        hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
        == "18fe40b5c184a7ceab9ec40e8626fae283e5c77dcd11bd0a4ee253d5cb05dc51"
    )


def test_a_signed_call_is_answered_and_journalled_with_its_exact_bytes(his, hospital, ask):
    answer = ask(his.signed(METHOD, ask.body))
    (exchange,) = hospital.journal()
    assert exchange["operation"] == "GetAdmission"
    assert exchange["signature"] == "verified"
    assert exchange["status"] == "OK"
    assert exchange["direction"] == "in"
    assert exchange["request_sha256"] == hashlib.sha256(ask.body).hexdigest()
    sent = answer.SerializeToString()
    assert exchange["response_sha256"] == hashlib.sha256(sent).hexdigest()
    assert exchange["fields"] == {"admission_no": answer.admission.admission_no}


@pytest.mark.parametrize(
    "missing",
    ["medsettle-key-id", "medsettle-timestamp", "medsettle-nonce", "medsettle-signature"],
)
def test_a_call_without_one_of_the_four_entries_is_unsigned(his, hospital, ask, missing):
    metadata = [entry for entry in his.signed(METHOD, ask.body) if entry[0] != missing]
    assert refused(his, ask, metadata) == f"{missing} is missing"
    assert hospital.journal()[-1]["signature"] == "unsigned"
    assert hospital.journal()[-1]["status"] == "UNAUTHENTICATED"


def test_an_unknown_key_is_refused(his, ask):
    text = refused(his, ask, his.signed(METHOD, ask.body, key_id="stranger"))
    assert text == "medsettle-key-id 'stranger' is unknown"


def test_another_secret_is_refused_and_journalled_as_invalid(his, hospital, ask):
    text = refused(his, ask, his.signed(METHOD, ask.body, secret="other"))
    assert text == "medsettle-signature does not verify"
    assert hospital.journal()[-1]["signature"] == "invalid"


def test_the_signature_binds_the_method(his, ask):
    other = METHOD.replace("GetAdmission", "ListCharges")
    assert refused(his, ask, his.signed(other, ask.body)) == "medsettle-signature does not verify"


def test_the_signature_binds_every_byte_even_one_the_reader_would_ignore(his, hospital):
    # An unknown field is dropped by a careless reader; the bytes sent are still not those signed.
    request = his.request("GetAdmission", admission_no=hospital.admit())
    signed = his.signed(METHOD, request.SerializeToString())
    request.MergeFromString(b"\xf8\x06\x01")
    with pytest.raises(grpc.RpcError) as caught:
        his.send("GetAdmission", request, metadata=signed)
    assert his.read_refusal(caught.value).text == "medsettle-signature does not verify"


@pytest.mark.parametrize("seconds", [-330, 330])
def test_a_timestamp_more_than_300_seconds_off_is_refused(his, ask, seconds):
    metadata = his.signed(METHOD, ask.body, timestamp=int(time.time()) + seconds)
    assert "s off, 300 s are allowed" in refused(his, ask, metadata)


@pytest.mark.parametrize("seconds", [-270, 270])
def test_a_timestamp_within_300_seconds_is_accepted(his, ask, seconds):
    assert ask(his.signed(METHOD, ask.body, timestamp=int(time.time()) + seconds))


def test_a_timestamp_that_is_no_number_is_refused(his, ask):
    text = refused(his, ask, his.signed(METHOD, ask.body, timestamp="2024-01-01"))
    assert text == "medsettle-timestamp must be Unix seconds"


@pytest.mark.parametrize("nonce", ["short", "x" * 65, "sixteen chars ok?"])
def test_a_nonce_of_another_form_is_refused(his, ask, nonce):
    text = refused(his, ask, his.signed(METHOD, ask.body, nonce=nonce))
    assert text == "medsettle-nonce must be 16 to 64 of [0-9A-Za-z_-]"


def test_a_nonce_used_twice_is_refused(his, ask):
    metadata = his.signed(METHOD, ask.body)
    ask(metadata)
    assert refused(his, ask, metadata) == "medsettle-nonce was used before"


def test_a_nonce_of_a_forged_call_is_not_used_up(his, ask):
    nonce = "nonce-0123456789"
    refused(his, ask, his.signed(METHOD, ask.body, nonce=nonce, secret="other"))
    assert ask(his.signed(METHOD, ask.body, nonce=nonce))


def test_moving_business_time_locks_out_neither_clock(his, hospital, ask):
    two_days = 2 * 86400
    hospital.act("clock", offset_seconds=two_days)
    assert ask(his.signed(METHOD, ask.body))
    assert ask(his.signed(METHOD, ask.body, timestamp=int(time.time()) + two_days))
    halfway = his.signed(METHOD, ask.body, timestamp=int(time.time()) + 86400)
    assert "s off" in refused(his, ask, halfway)


def test_an_unauthenticated_write_leaves_no_trace(his, hospital):
    admission_no = hospital.admit()
    request = his.request(
        "SaveDeposit",
        deposit_no="D1",
        admission_no=admission_no,
        amount_fen=100,
        channel="cash",
        paid_at="2024-01-01T00:00:00Z",
    )
    with pytest.raises(grpc.RpcError):
        his.send("SaveDeposit", request, metadata=[])
    assert hospital.books()["deposits"] == []
