"""A HIS that implements our published contract medsettle.his.v1 over gRPC."""

from adapters.hospital.his_grpc.adapter import GrpcHospital

__all__ = ["GrpcHospital"]
