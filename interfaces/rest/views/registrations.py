"""医保登记: a registration with the insurer, its change and withdrawal; a stay's insurance."""

from typing import Literal

from domain.insurance.person import Coverage, CredentialKind
from domain.insurance.registration import (
    RegistrationChangePlan,
    RegistrationPlan,
    RegistrationWithdrawalPlan,
)
from domain.insurance.stay import InsuredStay, StayState
from interfaces.rest.views.plans import Instant, PlanView, View, plan_fields
from interfaces.rest.waiting import Waiting

AnyRegistration = RegistrationPlan | RegistrationWithdrawalPlan | RegistrationChangePlan

# 险种类型 insutype, reference/insurance.md §5
INSURANCE_TYPES = {
    "310": "职工基本医疗保险",
    "320": "公务员医疗补助",
    "330": "大额医疗费用补助",
    "340": "离休人员医疗保障",
    "350": "一至六级残废军人医疗补助",
    "360": "老红军医疗保障",
    "370": "企业补充医疗保险",
    "380": "新型农村合作医疗",
    "390": "城乡居民基本医疗保险",
    "391": "城镇居民基本医疗保险",
    "392": "城乡居民大病医疗保险",
    "399": "其他特殊人员医疗保障",
    "410": "长期照护保险",
    "510": "生育保险",
}


class CoverageView(View):
    """参保信息 for the cashier. `insurance_type_name` is null for a regional code."""

    insurance_type: str
    insurance_type_name: str | None
    person_type: str
    insured_place: str
    personal_account_fen: int


class InsuranceView(CoverageView):
    """A stay's registration at the insurer."""

    registration_no: str
    state: StayState
    medical_type: str
    credential: CredentialKind
    registered_at: Instant


class EntitlementView(View):
    """One fund's answer."""

    fund_type: str
    entitled: bool
    reason: str


class RegistrationView(PlanView):
    """A registration, or one of the two orders that follow it."""

    kind: Literal["registration", "registration_change", "registration_withdrawal"]
    registration_no: str | None
    credential: CredentialKind | None
    coverage: CoverageView | None
    entitlements: list[EntitlementView]


class RegistrationChangeView(View):
    """What came of looking for a change to report; `change` is null when nothing had changed."""

    change: RegistrationView | None


def registration_view(plan: AnyRegistration, waiting: Waiting | None) -> RegistrationView:
    """A registration order as it stands. The card's number is never shown."""
    shared = plan_fields(plan, waiting)
    if isinstance(plan, RegistrationPlan):
        return RegistrationView(
            **shared,
            kind="registration",
            registration_no=plan.registration_no or None,
            credential=plan.credential,
            coverage=plan.coverage and _coverage(plan.coverage),
            entitlements=[
                EntitlementView(fund_type=e.fund_type, entitled=e.entitled, reason=e.reason)
                for e in plan.entitlements
            ],
        )
    withdrawn = plan.registration_no if isinstance(plan, RegistrationWithdrawalPlan) else None
    return RegistrationView(
        **shared,
        kind="registration_withdrawal" if withdrawn else "registration_change",
        registration_no=withdrawn,
        credential=None,
        coverage=None,
        entitlements=[],
    )


def _coverage(coverage: Coverage) -> CoverageView:
    return CoverageView(
        insurance_type=coverage.insurance_type,
        insurance_type_name=INSURANCE_TYPES.get(coverage.insurance_type),
        person_type=coverage.person_type,
        insured_place=coverage.insured_place,
        personal_account_fen=coverage.account_balance.fen,
    )


def insurance_view(stay: InsuredStay) -> InsuranceView:
    """What the cashier sees of a stay's insurance."""
    return InsuranceView(
        insurance_type=stay.insurance_type,
        insurance_type_name=INSURANCE_TYPES.get(stay.insurance_type),
        person_type=stay.person_type,
        insured_place=stay.insured_place,
        personal_account_fen=stay.account_balance.fen,
        registration_no=stay.registration_no,
        state=stay.state,
        medical_type=stay.medical_type,
        credential=stay.credential,
        registered_at=stay.registered_at,
    )
