"""2303, 2304, 2305, 2601 and 5203: what a settlement is asked with and what it says (§2.4–2.8)."""

from adapters.insurance.nhsa_core.translation.nodes import Node, beijing_day, unreadable
from adapters.insurance.nhsa_core.translation.persons import CREDENTIALS
from adapters.insurance.nhsa_core.translation.stays import identity
from domain.insurance.breakdown import Breakdown, FundPart
from domain.insurance.stay import InsuredStay
from domain.money import ZERO
from ports.insurer import SettlementOrder

BY_ITEM = "01"  # psn_setlway 按项目结算
OWN_ACCOUNT, NO_ACCOUNT = "1", "0"  # acct_used_flag
NOT_MID_STAY = "0"  # mid_setl_flag

# What stands in for a field that a region or a transaction leaves out: 2305 is printed with
# pdn_cash_pay, 5203 has only the last ones, real reversals carry psn_pay and ownpay_hosp_part.
CASH = ("psn_cash_pay", "pdn_cash_pay", "cash_payamt")
PERSONAL = ("psn_part_amt", "psn_pay")
HOSPITAL = ("hosp_part_amt", "ownpay_hosp_part")


def settlement(order: SettlementOrder, own_place: str) -> dict[str, object]:
    """2303 and 2304: the same members, the four parts only known to the second."""
    stay, parts = order.stay, order.pre_settled
    return {
        "data": {
            **identity(stay),
            **_credential(stay),
            "psn_cert_type": stay.certificate_type,
            "certno": stay.certificate_no,
            "psn_type": stay.person_type,
            "psn_name": stay.name,
            "medfee_sumamt": order.total.yuan(),
            "psn_setlway": BY_ITEM,
            "insutype": stay.insurance_type,
            "acct_used_flag": OWN_ACCOUNT if order.use_personal_account else NO_ACCOUNT,
            "insuplc_admdvs": stay.insured_place or own_place,
            "mdtrtarea_admvs": own_place,
            "invono": order.invoice_no,
            "mid_setl_flag": NOT_MID_STAY,
            "fulamt_ownpay_amt": (parts.own_expense if parts else ZERO).yuan(),
            "overlmt_selfpay": (parts.over_limit if parts else ZERO).yuan(),
            "preselfpay_amt": (parts.pre_self_pay if parts else ZERO).yuan(),
            "inscp_scp_amt": (parts.in_scope if parts else ZERO).yuan(),
            "dscgTime": beijing_day(order.discharged_at),
        }
    }


def known_settlement(stay: InsuredStay, settlement_id: str) -> dict[str, object]:
    """2305 and 5203: one settlement by its number."""
    return {"data": {**identity(stay), "setl_id": settlement_id}}


def reversal(person_no: str, original: str, infno: str) -> dict[str, object]:
    """2601."""
    return {"data": {"psn_no": person_no, "omsgid": original, "oinfno": infno}}


def breakdown_of(stay: InsuredStay, output: Node) -> Breakdown:
    """setlinfo and setldetail. A settlement of another stay is no answer to ours."""
    info = output.node("setlinfo")
    if info.need("mdtrt_id") != stay.registration_no:
        raise unreadable("setlinfo.mdtrt_id", info.text("mdtrt_id"))
    return Breakdown(
        total=info.need_money("medfee_sumamt"),
        own_expense=info.need_money("fulamt_ownpay_amt"),
        over_limit=info.need_money("overlmt_selfpay"),
        pre_self_pay=info.need_money("preselfpay_amt"),
        in_scope=info.need_money("inscp_scp_amt"),
        deductible=info.money_or_zero("act_pay_dedc"),
        basic_fund=info.money_or_zero("hifp_pay"),
        civil_servant_fund=info.money_or_zero("cvlserv_pay"),
        enterprise_fund=info.money_or_zero("hifes_pay"),
        major_illness_fund=info.money_or_zero("hifmi_pay"),
        large_amount_fund=info.money_or_zero("hifob_pay"),
        medical_aid_fund=info.money_or_zero("maf_pay"),
        disabled_fund=info.money_or_zero("hifdm_pay"),
        other_fund=info.money_or_zero("oth_pay"),
        fund_total=info.need_money("fund_pay_sumamt"),
        personal_total=info.money(*PERSONAL),
        personal_account=info.need_money("acct_pay"),
        mutual_aid=info.money_or_zero("acct_mulaid_pay"),
        cash=info.need_money(*CASH),
        hospital_borne=info.money(*HOSPITAL),
        account_balance=info.money_or_zero("balc"),
        parts=tuple(_part(row) for row in output.nodes("setldetail")),
        registration_no=stay.registration_no,
        settlement_id=info.text("setl_id"),
        our_message_no=info.text("medins_setl_id"),
        settled_at=info.moment("setl_time"),
        clearing_type=info.text("clr_type"),
        clearing_office=info.text("clr_optins"),
    )


def settled_breakdown_of(stay: InsuredStay, output: Node) -> Breakdown:
    """The same of something settled, which has a number at the insurer."""
    output.node("setlinfo").need("setl_id")
    return breakdown_of(stay, output)


def _part(row: Node) -> FundPart:
    return FundPart(
        fund_type=row.need("fund_pay_type"),
        amount=row.need_money("fund_payamt"),
        name=row.text("fund_pay_type_name"),
    )


def _credential(stay: InsuredStay) -> dict[str, object]:
    return {
        "mdtrt_cert_type": CREDENTIALS[stay.credential],
        "mdtrt_cert_no": stay.credential_no,
        "card_sn": stay.card_serial,
    }
