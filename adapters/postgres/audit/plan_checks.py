"""Checks that need the plan itself: its history, its shares, what it waits for, what it holds."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.postgres.audit.cases import Case
from adapters.postgres.plan_history import StepChange
from domain.deposits.plan import COLLECT, SAVE_TO_HIS, DepositPlan
from domain.ledger.accounts import REFUND_PAYABLE, UNAPPLIED
from domain.money import ZERO, Money, total
from domain.plan.action import AskAgain, Call, Wait
from domain.plan.attempt import ATTEMPT_LIFECYCLE, ENDED, AttemptState
from domain.plan.plan import Plan
from domain.refunds.plan import AGREE_WITH_HIS, RETURN_MONEY, RefundPlan
from domain.settlement.plan import SettlementPlan
from ports.enquiries import AuditCheck

UNKNOWN = frozenset({AttemptState.CALLING, AttemptState.IN_DOUBT})


def _reachable() -> Mapping[AttemptState, frozenset[AttemptState]]:
    """Where legal moves lead from each state: one commit may make several, or only ask again."""
    found = {state: {state} for state in AttemptState}
    for _ in AttemptState:
        for (before, _action), after in ATTEMPT_LIFECYCLE.moves.items():
            for reached in found.values():
                if before in reached:
                    reached.add(after)
    # Nothing follows an end, not even itself: a line of history says that something changed.
    return {state: frozenset(() if state in ENDED else found[state]) for state in AttemptState}


REACHABLE = _reachable()


@dataclass(frozen=True, slots=True)
class AccountSums:
    """One deposit account, and what is left of its lots."""

    balance: Money
    held: Money
    left: Money


NO_ACCOUNT = AccountSums(ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """`find` yields what is wrong with a plan that the check applies to."""

    name: str
    applies: Callable[[Plan], bool]
    find: Callable[[Case, Plan], Iterator[str]]


class PlanChecks:
    """Looks at one plan after another and remembers what is wrong."""

    def __init__(self, in_doubt_limit: timedelta) -> None:
        self._in_doubt_limit = in_doubt_limit
        self._measured: Counter[str] = Counter()
        self._findings: dict[str, list[str]] = defaultdict(list)
        self._promised: dict[str, Money] = defaultdict(lambda: ZERO)
        self._leaving: dict[str, Money] = defaultdict(lambda: ZERO)
        self._moving: dict[str, list[Money]] = {UNAPPLIED: [], REFUND_PAYABLE: []}
        self._checks = (
            PlanCheck("versions_have_history", _any, _versions),
            PlanCheck("history_is_legal", _any, _moves),
            PlanCheck("shares_sum_to_the_bill", _settles, _shares),
            PlanCheck("ended_plans_are_at_rest", lambda plan: not plan.live, _at_rest),
            PlanCheck("paid_deposits_are_saved", _deposits, _saved),
            PlanCheck("live_plans_have_jobs", lambda plan: plan.live, _woken),
            PlanCheck("doubts_are_young", lambda plan: plan.live, self._doubts),
        )

    def look_at(self, case: Case) -> None:
        """Makes every check that applies to one plan."""
        self._measured["plans_are_readable"] += 1
        if case.plan is None:
            self._findings["plans_are_readable"].append(f"{case.no}: {case.unreadable}")
            return
        for check in self._checks:
            if check.applies(case.plan):
                self._measured[check.name] += 1
                found = check.find(case, case.plan)
                self._findings[check.name] += (f"{case.no}: {text}" for text in found)
        self._promised[case.plan.admission_no] += promised(case.plan)
        self._leaving[case.plan.admission_no] += leaving(case.plan)
        self._measured["transit_matches_plans"] += isinstance(case.plan, DepositPlan | RefundPlan)
        if moving := on_its_way(case.plan):
            self._moving[moving[0]].append(moving[1])

    def results(self, findings_max: int) -> tuple[AuditCheck, ...]:
        """The checks made on the plans."""
        names = ("plans_are_readable", *(check.name for check in self._checks))
        return tuple(
            AuditCheck(
                name=name,
                measured=self._measured[name],
                findings=tuple(self._findings[name][:findings_max]),
            )
            for name in names
        )

    def accounts(
        self, found: Mapping[str, AccountSums], findings_max: int
    ) -> tuple[AuditCheck, ...]:
        """Deposit accounts against the lots they came in and what plans were promised of them."""
        lots, holds = [], []
        for no in sorted(found.keys() | self._promised.keys()):
            sums = found.get(no, NO_ACCOUNT)
            expected = sums.left + self._leaving[no]
            if sums.balance != expected:
                lots.append(f"deposit of {no}: {sums.balance.fen} fen, by its lots {expected.fen}")
            if sums.held != self._promised[no]:
                owed = self._promised[no].fen
                holds.append(f"deposit of {no}: {sums.held.fen} fen held, promised {owed}")
        return tuple(
            AuditCheck(name=name, measured=len(found), findings=tuple(findings[:findings_max]))
            for name, findings in (("balances_match_lots", lots), ("holds_match_plans", holds))
        )

    def transit(self, balances: Mapping[str, Money]) -> AuditCheck:
        """Accounts that money only passes through hold what plans have under way, to the fen."""
        findings = [
            f"{account}: {balances.get(account, ZERO).fen} fen, by the plans {-total(amounts).fen}"
            for account, amounts in self._moving.items()
            if balances.get(account, ZERO) != -total(amounts)
        ]
        return AuditCheck(
            name="transit_matches_plans",
            measured=self._measured["transit_matches_plans"],
            findings=tuple(findings),
        )

    def _doubts(self, case: Case, plan: Plan) -> Iterator[str]:
        for step in plan.steps:
            if step.last is None or step.last.state not in UNKNOWN:
                continue
            since = _since(case, step.last.key)
            if since is not None and case.now - since > self._in_doubt_limit:
                yield f"{step.effect} is {step.last.state} since {since:%Y-%m-%d %H:%M} UTC"


def _any(_: Plan) -> bool:
    return True


def _deposits(plan: Plan) -> bool:
    return isinstance(plan, DepositPlan)


def _settles(plan: Plan) -> bool:
    return isinstance(plan, SettlementPlan)


def promised(plan: Plan) -> Money:
    """What of the deposit a plan holds. A new kind that holds something is added here."""
    return plan.held if isinstance(plan, SettlementPlan) else leaving(plan)


def leaving(plan: Plan) -> Money:
    """What has left its lot for a refund, but not the balance: the HIS has not agreed yet."""
    if isinstance(plan, RefundPlan) and plan.live and not plan.is_done(AGREE_WITH_HIS):
        return plan.amount
    return ZERO


def on_its_way(plan: Plan) -> tuple[str, Money] | None:
    """Money received and not saved at the HIS, or owed back and not gone; where it is booked."""
    if isinstance(plan, DepositPlan) and plan.is_done(COLLECT) and not plan.is_done(SAVE_TO_HIS):
        return UNAPPLIED, plan.amount
    if (
        isinstance(plan, RefundPlan)
        and plan.is_done(AGREE_WITH_HIS)
        and not plan.is_done(RETURN_MONEY)
    ):
        return REFUND_PAYABLE, plan.amount
    return None


def _versions(case: Case, plan: Plan) -> Iterator[str]:
    versions = [line.version for line in case.history]
    if versions != list(range(1, case.version + 1)):
        yield f"at version {case.version}, its history has {versions}"
    elif case.history[-1].state != case.state:
        yield f"{case.state}, by its history {case.history[-1].state}"
    if (plan.version, plan.state.value) != (case.version, case.state):
        yield f"the body says {plan.state} at version {plan.version}, the row another thing"


def _moves(case: Case, plan: Plan) -> Iterator[str]:
    """The history replayed: every move legal, and its end the plan's present."""
    states: dict[tuple[str, int], AttemptState] = {}
    for line in case.history:
        for change in line.changes:
            if change.after is None:
                continue
            place = (change.effect, change.attempt)
            if change.before != states.get(place) or not _legal(change):
                yield f"version {line.version} moves {change.effect} {change.before}→{change.after}"
            states[place] = change.after
    present = {
        (step.effect, number): attempt.state
        for step in plan.steps
        for number, attempt in enumerate(step.attempts, start=1)
    }
    if states != present:
        yield "its history does not end where the plan stands"


def _legal(change: StepChange) -> bool:
    start = change.before or AttemptState.PLANNED
    return change.after in REACHABLE[start]


def _shares(_: Case, plan: Plan) -> Iterator[str]:
    if not isinstance(plan, SettlementPlan):
        return
    try:
        shares = plan.shares
    except ValueError as error:
        yield str(error)
        return
    borne = total(share.amount for share in shares)
    if shares and borne != plan.bill_total:
        yield f"shares sum to {borne.fen} fen of a bill of {plan.bill_total.fen}"


def _at_rest(_: Case, plan: Plan) -> Iterator[str]:
    for step in plan.steps:
        if step.last is not None and not step.last.ended:
            yield f"it has ended, {step.effect} is {step.last.state}"


def _saved(_: Case, plan: Plan) -> Iterator[str]:
    if not plan.live and on_its_way(plan):
        yield "it is paid and has ended, and the HIS has not got it"


def _woken(case: Case, plan: Plan) -> Iterator[str]:
    """A plan that waits for an event or a person needs no job; every other live one does."""
    if case.has_job:
        return
    if case.account is None:
        yield "it is live and its stay is not known"
        return
    action = plan.next_action(case.now, case.account)
    if isinstance(action, Call | AskAgain) or (isinstance(action, Wait) and action.until):
        yield f"it wants to {action} and no job will wake it"


def _since(case: Case, key: str) -> datetime | None:
    """When the attempt of that key got into its present state."""
    since = None
    for line in case.history:
        for change in line.changes:
            if change.key == key and change.before != change.after:
                since = line.recorded_at
    return since
