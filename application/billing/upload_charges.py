"""Uploads a stay's stored charges to the insurer, batch by batch; resumable at any point."""

from collections.abc import Sequence

from application.advance_plan import AdvancePlan
from application.commit import advance_job
from domain.billing.charge import Charge, ChargesMarked, ChargeState
from domain.billing.upload import UPLOAD_BATCH, ChargeBatchPlan, batches_of, waiting_for_upload
from domain.errors import Conflict, NotRegistered, StaleVersion
from domain.identifiers import AdmissionNo, InstitutionId
from domain.insurance.stay import StayState
from domain.money import total
from domain.plan.attempt import CALL_LIMIT
from domain.plan.plan import Plan, steps_of
from ports.clock import Clock, Numbers
from ports.insurer import Insurer
from ports.store import Changeset, Store


class UploadCharges:
    """费用分批上传. A batch under way keeps its lines to itself; broken ones are taken up again."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        numbers: Numbers,
        institution: InstitutionId,
        insurer: Insurer,
        advance: AdvancePlan,
    ) -> None:
        self._store = store
        self._clock = clock
        self._numbers = numbers
        self._institution = institution
        self._insurer = insurer
        self._advance = advance

    async def __call__(self, no: AdmissionNo) -> tuple[Plan, ...]:
        """Takes every live batch and waiting charge as far as it goes; returns the batches."""
        account = await self._store.account(no)
        if account is None or account.stay is None:
            raise NotRegistered(f"{no} is not registered with the insurer", field="admission_no")
        if account.stay.state is not StayState.REGISTERED:
            raise Conflict(f"{no} is discharged at the insurer: it takes no more charges")
        await self._advance_live(no)
        charges = waiting_for_upload(await self._store.charges(no))
        for batch in batches_of(charges, self._insurer.profile.batch_lines_max):
            plan = self._plan(no, batch)
            try:
                await self._store.commit(self._opening(plan))
            except StaleVersion:
                break  # somebody else has taken these lines: his batches do them
            await self._advance(plan.no)
        await self._advance_live(no)
        return await self._store.plans(no, ChargeBatchPlan.kind)

    async def _advance_live(self, no: AdmissionNo) -> None:
        """Live batches, and the halves a refused one has fallen into, until none moves any more."""
        seen: dict[str, int] = {}
        while True:
            plans = await self._store.plans(no, ChargeBatchPlan.kind)
            moved = [plan for plan in plans if plan.live and seen.get(plan.no) != plan.version]
            if not moved:
                return
            for plan in moved:
                seen[plan.no] = (await self._advance(plan.no)).version

    def _plan(self, no: AdmissionNo, batch: Sequence[Charge]) -> ChargeBatchPlan:
        now = self._clock.now()
        return ChargeBatchPlan(
            no=self._numbers.plan_no("CB", now),
            institution=self._institution,
            admission_no=no,
            opened_at=now,
            steps=steps_of(UPLOAD_BATCH),
            line_nos=tuple(charge.line_no for charge in batch),
            amounts=tuple(charge.amount.fen for charge in batch),
            amount=total(charge.amount for charge in batch),
        )

    def _opening(self, plan: ChargeBatchPlan) -> Changeset:
        taken = ChargesMarked(
            plan.admission_no,
            plan.line_nos,
            ChargeState.UPLOADING,
            plan.no,
            expected=ChargeState.PULLED,
        )
        return Changeset(
            new_plans=[plan],
            marks=[taken],
            jobs=[advance_job(plan.no, self._clock.now() + CALL_LIMIT)],
        )
