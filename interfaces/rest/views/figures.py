"""医保结算信息: the insurer's figures of a (pre-)settlement, amount by amount, in fen."""

from domain.insurance.breakdown import Breakdown
from interfaces.rest.views.plans import Instant, View


class FundPartView(View):
    """One row of 基金分项."""

    fund_type: str
    name: str
    amount_fen: int


class FiguresView(View):
    """The amounts as the insurer answered them; null where its region answers none."""

    settlement_id: str
    registration_no: str
    settled_at: Instant | None
    total_fen: int
    own_expense_fen: int
    over_limit_fen: int
    pre_self_pay_fen: int
    in_scope_fen: int
    deductible_fen: int
    basic_fund_fen: int
    civil_servant_fund_fen: int
    enterprise_fund_fen: int
    major_illness_fund_fen: int
    large_amount_fund_fen: int
    medical_aid_fund_fen: int
    disabled_fund_fen: int
    other_fund_fen: int
    fund_total_fen: int
    personal_total_fen: int | None
    personal_account_fen: int
    mutual_aid_fen: int
    cash_fen: int
    hospital_borne_fen: int | None
    account_balance_fen: int
    parts: list[FundPartView]


def figures_view(found: Breakdown) -> FiguresView:
    """The figures, every one of them."""
    return FiguresView(
        settlement_id=found.settlement_id,
        registration_no=found.registration_no,
        settled_at=found.settled_at,
        total_fen=found.total.fen,
        own_expense_fen=found.own_expense.fen,
        over_limit_fen=found.over_limit.fen,
        pre_self_pay_fen=found.pre_self_pay.fen,
        in_scope_fen=found.in_scope.fen,
        deductible_fen=found.deductible.fen,
        basic_fund_fen=found.basic_fund.fen,
        civil_servant_fund_fen=found.civil_servant_fund.fen,
        enterprise_fund_fen=found.enterprise_fund.fen,
        major_illness_fund_fen=found.major_illness_fund.fen,
        large_amount_fund_fen=found.large_amount_fund.fen,
        medical_aid_fund_fen=found.medical_aid_fund.fen,
        disabled_fund_fen=found.disabled_fund.fen,
        other_fund_fen=found.other_fund.fen,
        fund_total_fen=found.fund_total.fen,
        personal_total_fen=None if found.personal_total is None else found.personal_total.fen,
        personal_account_fen=found.personal_account.fen,
        mutual_aid_fen=found.mutual_aid.fen,
        cash_fen=found.cash.fen,
        hospital_borne_fen=None if found.hospital_borne is None else found.hospital_borne.fen,
        account_balance_fen=found.account_balance.fen,
        parts=[
            FundPartView(fund_type=part.fund_type, name=part.name, amount_fen=part.amount.fen)
            for part in found.parts
        ],
    )
