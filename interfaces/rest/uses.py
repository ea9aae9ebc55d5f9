"""All the REST edge is given: the use cases, the ports it reads from, and who may call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from application.advance_plan import AdvancePlan
from application.billing.exclude_charge import ExcludeCharge
from application.billing.pull_charges import PullCharges
from application.billing.tell_patients import TellPatients
from application.billing.upload_charges import UploadCharges
from application.billing.withdraw_charge import WithdrawCharge
from application.deposits.top_up_deposit import TopUpDeposit
from application.notices.take_notice import TakeNotice
from application.reconciliation.reconcile_day import ReconcileDay
from application.refunds.refund_deposit import PayOutRefund, RefundDeposit
from application.registrations.register_stay import Registrations
from application.settlements.cancel_settlement import CancelSettlement
from application.settlements.lead_posting import LeadPosting
from application.settlements.settle_admission import DecideSettlement, SettleAdmission
from application.visits.refresh_admission import RefreshAdmission
from ports.clock import Clock
from ports.enquiries import Enquiries
from ports.exchanges import Exchanges
from ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """接入应用. Two live keys of one application share its name, and so its idempotency keys."""

    key_id: str
    name: str
    secret: str = field(repr=False)
    role: str  # channel, his, operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """The application behind the API."""

    top_up: TopUpDeposit
    refund: RefundDeposit
    pay_out: PayOutRefund
    settle: SettleAdmission
    decide: DecideSettlement
    cancel: CancelSettlement
    lead_posting: LeadPosting
    registrations: Registrations
    pull: PullCharges
    upload: UploadCharges
    withdraw_charge: WithdrawCharge
    exclude_charge: ExcludeCharge
    tell: TellPatients
    reconcile: ReconcileDay
    take_notice: TakeNotice
    refresh: RefreshAdmission
    advance: AdvancePlan
    store: Store
    clock: Clock
    enquiries: Enquiries
    exchanges: Exchanges
    applications: Mapping[str, Application]  # by key id


def uses_of(request: Request) -> Uses:
    """The use cases of the application that takes this request."""
    uses: Uses = request.app.state.uses
    return uses


Given = Annotated[Uses, Depends(uses_of)]
