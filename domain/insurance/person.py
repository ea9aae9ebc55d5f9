"""Who is insured, and by what he proves it."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.money import Money


class CredentialKind(StrEnum):
    """就诊凭证类型."""

    E_CREDENTIAL = "e_credential"  # 医保电子凭证
    ID_CARD = "id_card"  # 居民身份证
    SOCIAL_CARD = "social_card"  # 社会保障卡


@dataclass(frozen=True, slots=True)
class Credential:
    """What the patient presents: a card read or a code scanned."""

    kind: CredentialKind
    number: str = field(repr=False)
    card_serial: str = field(default="", repr=False)  # 卡识别码, social card only
    certificate_no: str = field(
        default="", repr=False
    )  # 证件号码, where the credential is no ID card


@dataclass(frozen=True, slots=True)
class Coverage:
    """One insurance of a person (参保信息)."""

    insurance_type: str  # 险种类型 insutype: 310 职工, 390 城乡居民, …
    person_type: str  # 人员类别 psn_type
    active: bool  # 正常参保
    account_balance: Money  # 个人账户余额
    insured_place: str  # 参保地医保区划
    civil_servant: bool


@dataclass(frozen=True, slots=True)
class InsuredPerson:
    """A person as the insurer knows him (人员信息)."""

    person_no: str  # 人员编号
    name: str = field(repr=False)
    certificate_type: str  # 人员证件类型
    certificate_no: str = field(repr=False)
    gender: str
    birth_date: date | None
    coverages: tuple[Coverage, ...]

    def active_coverage(self) -> Coverage | None:
        """The insurance that counts: the first one in force."""
        return next((coverage for coverage in self.coverages if coverage.active), None)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One fund's answer to whether the person may draw on it (待遇享受)."""

    fund_type: str
    entitled: bool
    reason: str = ""
