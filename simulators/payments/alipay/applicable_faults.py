"""Which of this vendor's own faults can happen where."""

from simulators.payments.statement_faults import KINDS

_QUERIES = frozenset({"query", "refund_query"})
_NOTIFICATIONS = frozenset({"notify_trade", "notify_refund"})
CALLS = frozenset(
    {
        *("precreate", "create", "pay", "query", "close", "cancel", "refund", "refund_query"),
        *("bill", "bill_download"),
    }
)
WHERE = {
    "not_found_first": _QUERIES,
    "wrong_amount": _QUERIES | _NOTIFICATIONS,
    "user_paying": frozenset({"pay"}),
    "retry": frozenset({"cancel"}),
    "put_off": frozenset({"refund"}),
    "system_error": CALLS - {"bill_download"},
    "notify_never": _NOTIFICATIONS,
    "notify_twice": _NOTIFICATIONS,
    "notify_late": _NOTIFICATIONS,
    "notify_reordered": _NOTIFICATIONS,
    "notify_forged": _NOTIFICATIONS,
    **{kind: frozenset({"bill"}) for kind in KINDS},
}
