"""Who calls: the institution with its secrets, and the operator on whose behalf.

Apart from the region, because these are issued to one hospital and never printed.
"""

from dataclasses import dataclass, field

INSTITUTION_CODE_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyKeys:
    """Keys of a region with sealed bodies. SM2 keys are Base64: D of 32 bytes, 04‖X‖Y of 65."""

    sm4_key: str = field(repr=False)  # 16 ASCII characters
    private_key: str = field(repr=False)  # ours
    public_key: str  # ours
    centre_public_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """定点医药机构: its code, name and place, and what the gateway knows it by."""

    fixmedins_code: str
    fixmedins_name: str
    mdtrtarea_admvs: str  # 就医地医保区划
    clearing_office: str = ""  # 清算经办机构 clr_optins; empty = that of the place
    access_key: str  # AK, or paasid
    secret: str = field(repr=False)  # SK, or token
    body_keys: BodyKeys | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if len(self.fixmedins_code) != INSTITUTION_CODE_LENGTH:
            raise ValueError("fixmedins_code must have 12 characters: a message number has room")

    @property
    def office(self) -> str:
        """Where the institution's settlements are cleared."""
        return self.clearing_office or self.mdtrtarea_admvs


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """经办人: a person or a machine, and where he sits (asked for at sign-in)."""

    code: str
    name: str
    kind: str = "1"  # opter_type: 1 经办人, 2 自助终端, 3 移动终端
    mac: str = "00-00-00-00-00-00"
    ip: str = "127.0.0.1"
