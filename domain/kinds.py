"""Every kind of plan there is, by the name it is stored under."""

from collections.abc import Mapping

from domain.billing.upload import ChargeBatchPlan, ChargeWithdrawalPlan
from domain.deposits.plan import DepositPlan
from domain.insurance.registration import (
    RegistrationChangePlan,
    RegistrationPlan,
    RegistrationWithdrawalPlan,
)
from domain.plan.plan import Plan
from domain.refunds.plan import RefundPlan
from domain.settlement.cancellation import CancellationPlan
from domain.settlement.plan import SettlementPlan
from domain.settlement.result import ResultPlan

PLAN_KINDS: Mapping[str, type[Plan]] = {
    kind.kind: kind
    for kind in (
        SettlementPlan,
        CancellationPlan,
        ResultPlan,
        DepositPlan,
        RefundPlan,
        RegistrationPlan,
        RegistrationWithdrawalPlan,
        RegistrationChangePlan,
        ChargeBatchPlan,
        ChargeWithdrawalPlan,
    )
}
