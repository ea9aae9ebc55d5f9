"""The insurer's core (国家医保信息平台 两定接口) as a real adapter of ports/insurer.py."""

from adapters.insurance.nhsa_core.adapter import NhsaCore
from adapters.insurance.nhsa_core.credentials import BodyKeys, Credentials, Operator
from adapters.insurance.nhsa_core.region import (
    ASSUMED_ENCRYPTED,
    BASELINE_AKSK,
    GUANGDONG_X_TIF,
    REGIONS,
    GatewayStyle,
    RefusalTexts,
    Region,
)

__all__ = [
    "ASSUMED_ENCRYPTED",
    "BASELINE_AKSK",
    "GUANGDONG_X_TIF",
    "REGIONS",
    "BodyKeys",
    "Credentials",
    "GatewayStyle",
    "NhsaCore",
    "Operator",
    "RefusalTexts",
    "Region",
]
