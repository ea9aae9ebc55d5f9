"""What the worker does with each kind of job. Every one may run twice; none may be lost."""

from datetime import date, datetime, timedelta

from application.advance_plan import AdvancePlan
from application.billing.pull_charges import PullCharges
from application.billing.tell_patients import TellPatients
from application.billing.upload_charges import UploadCharges
from application.billing.withdraw_charge import WithdrawUploaded
from application.messages.push_message import PushMessage
from application.reconciliation.reconcile_day import ReconcileDay
from application.registrations.register_stay import Registrations
from application.visits.refresh_admission import RefreshAdmission
from domain.errors import OutsideUnavailable
from domain.identifiers import AdmissionNo, PlanNo
from domain.insurance.stay import StayState
from ports.clock import Clock
from ports.store import Job

UNREACHABLE_AGAIN = timedelta(seconds=30)


class RunJob:
    """One job, by its kind; returns when it wants to run again."""

    def __init__(
        self,
        clock: Clock,
        advance: AdvancePlan,
        push: PushMessage,
        refresh: RefreshAdmission,
        pull: PullCharges,
        withdraw: WithdrawUploaded,
        upload: UploadCharges,
        registrations: Registrations,
        tell: TellPatients,
        reconcile: ReconcileDay,
    ) -> None:
        self._clock = clock
        self._advance = advance
        self._push = push
        self._refresh = refresh
        self._pull = pull
        self._withdraw = withdraw
        self._upload = upload
        self._registrations = registrations
        self._tell = tell
        self._reconcile = reconcile

    async def __call__(self, job: Job) -> datetime | None:
        """None: done. OutsideUnavailable is a reason to come back, any other error a finding."""
        if job.kind == "advance":
            return await self._advance.due(await self._advance(PlanNo(job.subject)))
        if job.kind == "push":
            return await self._push(job.subject)
        subject, _, day = job.subject.rpartition(":")
        try:
            await self._daily(job.kind, subject, date.fromisoformat(day))
        except OutsideUnavailable:
            return self._clock.now() + UNREACHABLE_AGAIN
        return None

    async def _daily(self, kind: str, subject: str, day: date) -> None:
        stay = AdmissionNo(subject)
        if kind == "pull_charges":
            await self._refresh(stay)
            await self._pull(stay)
        elif kind == "upload_charges":
            await self._upload_stay(stay)
        elif kind == "daily_list":
            await self._tell.push_daily_list(stay, day - timedelta(days=1))
        elif kind == "arrears":
            await self._tell.push_arrears(stay)
        elif kind == "reconcile":
            await self._reconcile(subject, day - timedelta(days=1))
        else:
            raise LookupError(f"no such kind of job: {kind}")

    async def _upload_stay(self, no: AdmissionNo) -> None:
        """Changes of the stay are reported before its charges go; void charges are taken back."""
        account = await self._refresh(no)
        if account.stay is None or account.stay.state is not StayState.REGISTERED:
            return
        await self._registrations.report_change(no)
        pulled = await self._pull(no)
        for charge in pulled.void_but_uploaded:
            await self._withdraw.of(charge, "HIS 已作废", "schedule")
        await self._upload(no)
