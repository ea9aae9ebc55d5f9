"""What one run of the centre is told by its config file: keys, the hospital, regional differences.

Apart from the rules, because each region of the real platform differs exactly here.
"""

from dataclasses import dataclass, field, fields
from typing import Any

from simulators.control import BadAct

SIMULATED_REVERSIBLE = ("2102", "2207", "2304", "2401")


@dataclass(frozen=True, slots=True)
class Settings:
    """One region's profile. The defaults are the Hunan text with an AK/SK gateway."""

    gateway: str = "aksk"  # aksk | x_tif
    access_key: str = "AK0001"
    secret_key: str = "SK0001"  # noqa: S105 - a test key, printed in the README
    paasid: str = "PAAS0001"
    token: str = "TOKEN0001"  # noqa: S105 - a test key, printed in the README
    timestamp_window_seconds: int = 1800
    body_cipher: str = "none"  # none | sm4_sm2
    sm4_key: str = ""
    hospital_public_key: str = ""  # Base64 of 04 || X || Y
    centre_private_key: str = ""  # Base64 of 32 bytes
    edition: str = "hunan"  # hunan | baseline: which input fields are required
    infcode_as_text: bool = False
    fund_includes_personal_account: bool = False
    discharge_before_pre_settlement: bool = True
    sign_in_required: bool = False
    reversible: tuple[str, ...] = SIMULATED_REVERSIBLE
    mdtrtarea_admvs: str = "009900"
    clr_optins: str = "009900"
    fixmedins_code: str = "H00000000001"
    fixmedins_name: str = "模拟市第一人民医院"
    hi_setl_lv: str = "3"  # 医保结算等级: 1 一级, 2 二级, 3 三级
    hospital_bears_overlimit: bool = False
    pool_ceiling_fen: dict[str, int] = field(default_factory=dict)
    persons: tuple[dict[str, Any], ...] = ()
    catalogue: tuple[dict[str, Any], ...] = ()


CHOICES = {
    "gateway": ("aksk", "x_tif"),
    "body_cipher": ("none", "sm4_sm2"),
    "edition": ("hunan", "baseline"),
    "hi_setl_lv": ("1", "2", "3"),
}


def read_settings(config: dict[str, Any]) -> Settings:
    """The settings of a config file; an unknown key or value is an error, never ignored."""
    unknown = config.keys() - {one.name for one in fields(Settings)}
    if unknown:
        raise BadAct(f"unknown config key {sorted(unknown)[0]!r}")
    chosen = dict(config)
    for name in ("reversible", "persons", "catalogue"):
        if name in chosen:
            chosen[name] = tuple(chosen[name])
    settings = Settings(**chosen)
    for one in fields(Settings):
        if isinstance(one.default, str | bool | int) and not isinstance(
            getattr(settings, one.name), type(one.default)
        ):
            raise BadAct(f"{one.name!r} must be {type(one.default).__name__}")
    for name, allowed in CHOICES.items():
        if getattr(settings, name) not in allowed:
            raise BadAct(f"{name!r} must be one of {allowed}")
    strange = set(settings.reversible) - set(SIMULATED_REVERSIBLE)
    if strange:
        raise BadAct(f"'reversible' holds {sorted(strange)[0]!r}, which is not simulated")
    return settings
