"""Assembles the gRPC server: our services, health, reflection, authentication."""

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from contracts.medsettle.deposits.v1 import deposits_pb2, deposits_pb2_grpc
from contracts.medsettle.his.v1 import his_pb2, his_pb2_grpc
from contracts.medsettle.settlements.v1 import settlements_pb2, settlements_pb2_grpc
from interfaces.rest.uses import Uses
from interfaces.rpc.authentication import Authentication
from interfaces.rpc.deposits import Deposits
from interfaces.rpc.settlements import Postings, Settlements

MESSAGE_BYTES_MAX = 1 << 20
SERVICES = (
    deposits_pb2.DESCRIPTOR.services_by_name["DepositService"].full_name,
    settlements_pb2.DESCRIPTOR.services_by_name["SettlementService"].full_name,
    his_pb2.DESCRIPTOR.services_by_name["PostingService"].full_name,
)


async def start_rpc(uses: Uses, host: str, port: int) -> grpc.aio.Server:
    """A started server; stop it with a grace."""
    server = grpc.aio.server(
        interceptors=[Authentication(uses, (host, port))],
        options=[("grpc.max_receive_message_length", MESSAGE_BYTES_MAX), ("grpc.so_reuseport", 0)],
    )
    deposits_pb2_grpc.add_DepositServiceServicer_to_server(Deposits(uses), server)
    settlements_pb2_grpc.add_SettlementServiceServicer_to_server(Settlements(uses), server)
    his_pb2_grpc.add_PostingServiceServicer_to_server(Postings(uses), server)
    checks = health.aio.HealthServicer()  # type: ignore[attr-defined]  # stubs lack it
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    reflection.enable_server_reflection(
        (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server
    )
    if server.add_insecure_port(f"{host}:{port}") == 0:
        raise OSError(f"{host}:{port} cannot be listened on")
    await server.start()
    for name in ("", *SERVICES):
        await checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    return server
