"""1101 and 2001: who is insured, by what he proves it, and what he may draw on (§2.2)."""

from datetime import datetime

from adapters.insurance.nhsa_core.translation.nodes import Node, beijing
from domain.insurance.person import (
    Coverage,
    Credential,
    CredentialKind,
    Entitlement,
    InsuredPerson,
)

CREDENTIALS = {
    CredentialKind.E_CREDENTIAL: "01",
    CredentialKind.ID_CARD: "02",
    CredentialKind.SOCIAL_CARD: "03",
}
ID_CARD = "01"  # 人员证件类型: 居民身份证
GENDERS = ("0", "1", "2", "9")
# 人员参保状态: 未参保, 正常参保, 暂停, 无效, 终止; the field may be absent, and only 1 counts.
INSURED_STATES = ("", "0", "1", "2", "3", "4")
IN_FORCE = "1"


def person_query(credential: Credential, name: str) -> dict[str, object]:
    """1101. The only place where an e-credential's token goes out."""
    by_id = credential.kind is CredentialKind.ID_CARD
    return {
        "data": {
            "mdtrt_cert_type": CREDENTIALS[credential.kind],
            "mdtrt_cert_no": credential.number,
            "card_sn": credential.card_serial,
            "begntime": "",
            "psn_cert_type": ID_CARD,
            "certno": credential.number if by_id else credential.certificate_no,
            "psn_name": name,
        }
    }


def person_of(output: Node) -> InsuredPerson:
    """baseinfo and insuinfo of 1101."""
    found = output.node("baseinfo")
    return InsuredPerson(
        person_no=found.need("psn_no"),
        name=found.need("psn_name"),
        certificate_type=found.need("psn_cert_type"),
        certificate_no=found.need("certno"),
        gender=found.code("gend", GENDERS),
        birth_date=found.day("brdy"),
        coverages=tuple(_coverage(row) for row in output.nodes("insuinfo")),
    )


def _coverage(row: Node) -> Coverage:
    return Coverage(
        insurance_type=row.need("insutype"),
        person_type=row.need("psn_type"),
        active=row.code("psn_insu_stas", INSURED_STATES) == IN_FORCE,
        account_balance=row.need_money("balc"),
        insured_place=row.text("insuplc_admdvs"),
        civil_servant=row.flag("cvlserv_flag"),
    )


def entitlement_query(
    institution: str, person_no: str, insurance_type: str, medical_type: str, began_at: datetime
) -> dict[str, object]:
    """2001."""
    return {
        "data": {
            "psn_no": person_no,
            "insutype": insurance_type,
            "fixmedins_code": institution,
            "med_type": medical_type,
            "begntime": beijing(began_at),
        }
    }


def entitlements_of(output: Node) -> tuple[Entitlement, ...]:
    """trtinfo of 2001: one row for each fund."""
    return tuple(
        Entitlement(
            fund_type=row.need("fund_pay_type"),
            entitled=row.flag("trt_enjymnt_flag"),
            reason=row.text("trt_chk_rslt"),
        )
        for row in output.nodes("trtinfo")
    )
