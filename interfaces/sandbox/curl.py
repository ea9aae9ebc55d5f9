"""A signed call for the shell, with everything in it a newcomer needs to copy."""

from interfaces.sandbox.hospital import Sandbox


def curl_example(sandbox: Sandbox) -> str:
    """Admits a patient in the HIS simulator, then tops his deposit up through the API."""
    control = sandbox.endpoints["his"].control
    return f"""\
curl -s -X POST http://{control}/_control/admissions \\
  -d '{{"admission_no":"ZY-TRY-1","patient_name":"测试甲","fee_category":"self_pay"}}'; echo
KEY=demo-channel SECRET={sandbox.credentials.channel_secret}
BODY='{{"admission_no":"ZY-TRY-1","amount_fen":10000,"channel":"wechat_pay","product":"native"}}'
TS=$(date +%s) NONCE=$(openssl rand -hex 16)
DIGEST=$(printf %s "$BODY" | openssl dgst -sha256 -hex | sed 's/.* //')
SIG=$(printf 'POST\\n/v1/deposits\\n%s\\n%s\\n%s\\n' $TS $NONCE $DIGEST \\
  | openssl dgst -sha256 -hmac $SECRET -hex | sed 's/.* //')
curl -s -X POST {sandbox.rest_url}/v1/deposits -d "$BODY" -H 'Content-Type: application/json' \\
  -H "Medsettle-Key-Id: $KEY" -H "Medsettle-Timestamp: $TS" -H "Medsettle-Nonce: $NONCE" \\
  -H "Medsettle-Signature: $SIG" -H "Idempotency-Key: $NONCE"; echo
"""
