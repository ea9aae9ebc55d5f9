"""What operations read: the wire record, the trial balance, the audit."""

from collections.abc import Sequence

from interfaces.rest.views.plans import Instant, View
from ports.enquiries import AuditCheck, LedgerSummary, RecordedExchange


class ExchangeView(View):
    """One call that crossed our wires: digests and verdicts, never a body."""

    sequence: int
    system: str
    operation: str
    direction: str
    host: str
    port: int
    at: Instant
    milliseconds: int
    request_sha256: str
    response_sha256: str | None
    request_signature: str
    response_signature: str
    algorithm: str
    status: str
    key: str


class ExchangesView(View):
    """A page; ask on with `after=next_after` until it is empty."""

    items: list[ExchangeView]
    next_after: int


class BalanceView(View):
    """One account; debit is positive, credit negative."""

    account: str
    balance_fen: int


class LedgerView(View):
    """试算平衡; `sum_fen` is 0 in sound books."""

    journals: int
    entries: int
    sum_fen: int
    balances: list[BalanceView]


class AuditCheckView(View):
    """One invariant; it holds when `findings` is empty."""

    name: str
    measured: int
    findings: list[str]


class AuditView(View):
    """Every invariant of the books."""

    sound: bool
    checks: list[AuditCheckView]


def exchanges_view(found: Sequence[RecordedExchange], after: int) -> ExchangesView:
    """One page of the record."""
    return ExchangesView(
        items=[_exchange(one) for one in found],
        next_after=found[-1].sequence if found else after,
    )


def _exchange(recorded: RecordedExchange) -> ExchangeView:
    one = recorded.exchange
    return ExchangeView(
        sequence=recorded.sequence,
        system=one.system,
        operation=one.operation,
        direction=one.direction,
        host=one.host,
        port=one.port,
        at=one.at,
        milliseconds=one.milliseconds,
        request_sha256=one.request_sha256,
        response_sha256=one.response_sha256,
        request_signature=one.request_signature,
        response_signature=one.response_signature,
        algorithm=one.algorithm,
        status=one.status,
        key=one.key,
    )


def ledger_view(summary: LedgerSummary) -> LedgerView:
    """The trial balance."""
    return LedgerView(
        journals=summary.journals,
        entries=summary.entries,
        sum_fen=summary.sum.fen,
        balances=[
            BalanceView(account=one.account, balance_fen=one.balance.fen)
            for one in summary.balances
        ],
    )


def audit_view(checks: Sequence[AuditCheck]) -> AuditView:
    """The audit's verdict, check by check."""
    return AuditView(
        sound=all(not check.findings for check in checks),
        checks=[
            AuditCheckView(name=c.name, measured=c.measured, findings=list(c.findings))
            for c in checks
        ],
    )
