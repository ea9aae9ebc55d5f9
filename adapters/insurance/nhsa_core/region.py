"""What differs from one region's core to the next on the wire, as data: a region is added here.

Apart from the InsuranceProfile it carries, which is what of a region matters to the plans.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.insurance.profile import InsuranceProfile

# Regular expressions searched in err_msg. No numeric error list is public, so words are all there
# is; every one below is unverified and to be confirmed with the local bureau.
Texts = tuple[str, ...]


class GatewayStyle(StrEnum):
    """How a request proves who sends it (reference §1.4, §1.5)."""

    AK_SK = "ak_sk"
    X_TIF = "x_tif"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalTexts:
    """Words of a refusal that change what it means for the money."""

    # An earlier request came under this number: what became of it is not in this answer.
    repeated_message: Texts = (r"报文ID.*重复", r"(?i)msgid.*重复")
    # The centre itself does not know, because it waited in vain for a part of its own.
    unsure: Texts = (r"(调用|请求|服务|交易|连接|响应).*超时",)
    not_signed_in: Texts = (r"未签到", r"签到.*(失效|过期|无效|不存在)")
    line_uploaded: Texts = (r"流水号.*(重复|已存在|已上传)", r"明细.*(重复上传|已上传)")
    lines_not_there: Texts = (r"(明细|流水号|就诊).*(不存在|已撤销)",)
    registration_not_there: Texts = (r"(登记|就诊).*(不存在|已撤销)",)
    discharge_not_there: Texts = (r"出院.*(不存在|已撤销)", r"未.*出院")
    settlement_not_there: Texts = (r"结算.*不存在", r"未查询到")
    already_cancelled: Texts = (r"结算.*(已撤销|已退费|重复撤销)",)
    nothing_to_reverse: Texts = (r"不存在.*冲正", r"交易不存在", r"无需冲正")
    already_reversed: Texts = (r"已冲正", r"(结算|登记|就诊).*已撤销")
    # What the gateway says before the core has seen anything (§1.4).
    gateway: Texts = (
        r"缺少服务网关的请求头",
        r"签名时间戳超时",
        r"非法用户",
        r"签名不一致",
    )

    @staticmethod
    def say(patterns: Texts, text: str) -> bool:
        """Whether a refusal's text is one of these."""
        return any(re.search(pattern, text) for pattern in patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """地区差异 of the wire. Defaults follow the national baseline as far as it is public."""

    profile: InsuranceProfile
    gateway: GatewayStyle
    path: str  # {infno} and {access_key} are filled in
    api_version: str = "1.0.0"  # AK/SK header
    sealed_bodies: bool = False  # input and output SM4-encrypted and SM2-signed
    infver: str = "1.0.0"
    recer_sys_code: str = "99"
    # infcode values that mean success; annex B of the text shows "1" on a success message.
    success_codes: frozenset[int] = frozenset({0})
    # Fields: institution (12), at (Beijing), serial. At most 30 characters, unique for ever.
    message_no_layout: str = "{institution}{at:%Y%m%d%H%M%S}{serial:04d}"
    reference_no: str = r"\d{30}"  # inf_refmsgid; empty = not checked
    sign_in_required: bool = False
    # Further members of the envelope, such as enctype.
    extra_fields: Mapping[str, str] = field(default_factory=dict)
    # 离院方式 dscg_way of every discharge: the admission does not say how the patient left.
    discharge_way: str = "1"  # 医嘱离院
    # 就诊信息查询 and 在院信息查询 ask for a stay this many days around what we know of it.
    enquiry_margin_days: int = 30
    # insutype -> clr_type of an ordinary stay. These groups are compared at the institution's
    # office even when our books have no row in them, so that what only the centre has is found.
    clearing_types: Mapping[str, str] = field(default_factory=lambda: {"310": "21", "390": "21"})
    texts: RefusalTexts = RefusalTexts()

    @property
    def name(self) -> str:
        """The region's name, which is its profile's."""
        return self.profile.region


BASELINE_AKSK = Region(
    profile=InsuranceProfile(region="baseline_aksk"),
    gateway=GatewayStyle.AK_SK,
    path="/fsi/api/rsfComIfsService/callService",
)

GUANGDONG_X_TIF = Region(
    profile=InsuranceProfile(region="guangdong_x_tif", fund_includes_personal_account=True),
    gateway=GatewayStyle.X_TIF,
    path="/ebus/{access_key}/hsa/hgs/{infno}",
)

# Nothing public describes one whole such region; Jilin and Heilongjiang clients show the parts.
ASSUMED_ENCRYPTED = Region(
    profile=InsuranceProfile(region="assumed_encrypted"),
    gateway=GatewayStyle.AK_SK,
    path="/fsi/api/rsfComIfsService/callService",
    sealed_bodies=True,
    sign_in_required=True,
    extra_fields={"enctype": "SM4"},
)

REGIONS = {region.name: region for region in (BASELINE_AKSK, GUANGDONG_X_TIF, ASSUMED_ENCRYPTED)}
