"""2301 and 2302: charge lines given to the insurer and taken back (§2.4)."""

from decimal import Decimal

from adapters.insurance.nhsa_core.translation.nodes import Node, beijing, unreadable
from adapters.insurance.nhsa_core.translation.stays import identity, not_expressible
from domain.billing.charge import Charge
from domain.insurance.breakdown import PricedLine
from domain.insurance.stay import InsuredStay

COUNT_PLACES = 4  # cnt N(16,4)
PRICE_PLACES = 6  # pric N(16,6)
NO_APPROVAL_NEEDED = "0"  # hosp_appr_flag
LEVELS = ("01", "02", "03")  # chrgitm_lv 甲乙丙


def upload(stay: InsuredStay, charges: tuple[Charge, ...]) -> dict[str, object]:
    """2301, one batch."""
    return {"feedetail": [_line(stay, charge) for charge in charges]}


def priced_lines_of(charges: tuple[Charge, ...], output: Node) -> tuple[PricedLine, ...]:
    """result of 2301: one row for every line sent, in whatever order."""
    priced = tuple(_priced(row) for row in output.nodes("result"))
    sent, answered = (
        sorted(charge.line_no for charge in charges),
        sorted(line.line_no for line in priced),
    )
    if sent != answered:
        raise unreadable("result.feedetl_sn", f"{len(answered)} rows for {len(sent)} lines")
    return priced


def withdrawal(stay: InsuredStay, line_nos: tuple[str, ...]) -> dict[str, object]:
    """2302."""
    return {"data": [{"feedetl_sn": line_no, **identity(stay)} for line_no in line_nos]}


def _line(stay: InsuredStay, charge: Charge) -> dict[str, object]:
    return {
        "feedetl_sn": charge.line_no,
        "init_feedetl_sn": charge.returned_line_no,
        **identity(stay),
        "drord_no": charge.order_no,
        "med_type": stay.medical_type,
        "fee_ocur_time": beijing(charge.charged_at),
        "med_list_codg": charge.insurance_code,
        "medins_list_codg": charge.item_code,
        "det_item_fee_sumamt": charge.amount.yuan(),
        "cnt": _decimal(charge, "quantity", charge.quantity, COUNT_PLACES),
        "pric": _decimal(charge, "unit_price", charge.unit_price, PRICE_PLACES),
        "bilg_dept_codg": charge.department_code,
        "bilg_dept_name": charge.department_name,
        "bilg_dr_codg": charge.doctor_code,
        "bilg_dr_name": charge.doctor_name,
        "hosp_appr_flag": NO_APPROVAL_NEEDED,
    }


def _decimal(charge: Charge, name: str, value: Decimal, places: int) -> str:
    """Plain digits, never an exponent; more decimals than the field has would change the money."""
    rounded = value.quantize(Decimal(1).scaleb(-places))
    if rounded != value:
        raise not_expressible(f"line {charge.line_no}: {name} has more than {places} decimals")
    return format(rounded, "f")


def _priced(row: Node) -> PricedLine:
    return PricedLine(
        line_no=row.need("feedetl_sn"),
        amount=row.need_money("det_item_fee_sumamt"),
        own_expense=row.money_or_zero("fulamt_ownpay_amt"),
        over_limit=row.money_or_zero("overlmt_amt"),
        pre_self_pay=row.money_or_zero("preselfpay_amt"),
        in_scope=row.money_or_zero("inscp_scp_amt"),
        level=row.code("chrgitm_lv", LEVELS),
        remark=row.text("memo"),
    )
