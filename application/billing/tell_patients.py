"""What inpatients are told day by day: the daily list (日清单) and their arrears (欠费)."""

from datetime import date

from application.commit import add_consequences
from domain.billing.daily_list import DailyList, daily_list
from domain.deposits.arrears import Arrears, find_arrears
from domain.errors import AdmissionNotFound
from domain.identifiers import AdmissionNo
from domain.messages.message import Message, MessageKind
from domain.money import total
from domain.plan.plan import Consequences
from domain.reconciliation.business_day import business_date
from domain.visits.admission import FeeCategory
from domain.visits.institution import InstitutionRules
from ports.clock import Clock
from ports.store import Changeset, Store


class TellPatients:
    """Answers for a stay, and the same answers pushed to the phone once a day."""

    def __init__(self, store: Store, clock: Clock, rules: InstitutionRules) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules

    async def daily_list(self, no: AdmissionNo, day: date) -> DailyList:
        """住院日清单 of one business date."""
        return daily_list(no, day, await self._store.charges(no))

    async def arrears(self, no: AdmissionNo) -> Arrears:
        """欠费 against the minimum balance, from the charges stored so far."""
        account = await self._store.account(no)
        if account is None:
            raise AdmissionNotFound(f"{no} has no account here", field="admission_no")
        charges = await self._store.charges(no)
        charged = total(c.amount for c in charges if c.billable and c.settled_by is None)
        percent = self._rules.insured_patient_percent
        if account.admission.fee_category is FeeCategory.SELF_PAY or charged.negative:
            expected = charged
        else:
            expected = charged.split((percent, 100 - percent))[0]
        return find_arrears(account.deposit, charged, expected, self._rules.minimum_balance)

    async def push_daily_list(self, no: AdmissionNo, day: date) -> None:
        """The day's list, once: its message number names stay and day.

        A stay that began later has no such day: it may have been opened since, or a platform that
        was down is making up for days before it.
        """
        account = await self._store.account(no)
        if account is None or business_date(account.admission.admitted_at) > day:
            return
        listed = await self.daily_list(no, day)
        await self._push(
            Message(
                no=f"{no}-daily-{day.isoformat()}",
                kind=MessageKind.DAILY_LIST,
                admission_no=no,
                at=self._clock.now(),
                words={
                    "day": day.isoformat(),
                    "total": listed.total.yuan(),
                    "so_far": listed.total_so_far.yuan(),
                },
                path=f"/v1/admissions/{no}/daily-lists/{day.isoformat()}",
            )
        )

    async def push_arrears(self, no: AdmissionNo) -> None:
        """欠费催缴, once a day and only while something is missing."""
        found = await self.arrears(no)
        if not found.suggested.positive:
            return
        now = self._clock.now()
        await self._push(
            Message(
                no=f"{no}-arrears-{business_date(now).isoformat()}",
                kind=MessageKind.ARREARS,
                admission_no=no,
                at=now,
                words={
                    "balance": found.deposit.yuan(),
                    "charged": found.charged.yuan(),
                    "suggested": found.suggested.yuan(),
                },
                path=f"/v1/admissions/{no}/arrears",
            )
        )

    async def _push(self, message: Message) -> None:
        changes = Changeset()
        add_consequences(changes, Consequences(messages=(message,)), self._clock.now())
        if await self._store.message(message.no) is None:
            await self._store.commit(changes)
