"""The other direction: a HIS that leads tells Medsettle's PostingService how a posting ended."""

import secrets
from dataclasses import dataclass

import grpc
from google.protobuf.message import Message

from simulators.hospital.his.hospital import Hospital, Platform
from simulators.hospital.his.signatures import signed_metadata

SERVICE = "medsettle.his.v1.PostingService"
DEADLINE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class PlatformAnswer:
    """gRPC status name, its text, and the answer's bytes when there is one."""

    status: str
    text: str
    body: bytes | None


async def call_platform(
    his: Hospital, platform: Platform, name: str, request: Message, fields: dict[str, str]
) -> PlatformAnswer:
    """One signed call, journalled as `out`. No retry: that is the cashier's decision."""
    message = request.SerializeToString()
    method = f"/{SERVICE}/{name}"
    metadata = signed_metadata(
        key_id=platform.key_id,
        secret=platform.secret,
        method=method,
        timestamp=str(int(his.clock.now().timestamp())),
        nonce=secrets.token_hex(16),  # not seeded: a run repeated must not repeat a nonce
        message=message,
    )
    async with grpc.aio.insecure_channel(platform.grpc) as channel:
        try:
            body = await channel.unary_unary(method, None, None)(
                message, metadata=metadata, timeout=DEADLINE_SECONDS
            )
            answer = PlatformAnswer("OK", "", body)
        except grpc.aio.AioRpcError as error:
            answer = PlatformAnswer(error.code().name, error.details() or "", None)
    his.journal.record(
        at=his.clock.now().isoformat(),
        operation=name,
        request=message,
        response=answer.body,
        status=answer.status,
        signature="verified",
        direction="out",
        fields=fields,
    )
    return answer
