"""Which of this vendor's own faults can happen where."""

_STATEMENTS = frozenset({"tradebill", "fundflowbill", "downloadbill_v2"})
_NOTIFICATIONS = frozenset({"notify_transaction", "notify_refund"})
_QUERIES = frozenset({"query", "refund_query", "orderquery_v2", "refundquery_v2"})
CALLS = frozenset(
    {
        *("native", "jsapi", "query", "close", "refund", "refund_query", "abnormal_refund"),
        *("certificates", "tradebill", "fundflowbill", "billdownload"),
        *("micropay", "orderquery_v2", "reverse", "refund_v2", "refundquery_v2", "downloadbill_v2"),
    }
)
WHERE = {
    "not_found_first": _QUERIES,
    "wrong_amount": _QUERIES | _NOTIFICATIONS,
    "user_paying": frozenset({"micropay"}),
    "recall": frozenset({"reverse"}),
    "system_error": CALLS,
    "notify_early": frozenset({"native", "jsapi", "refund"}),
    "notify_never": _NOTIFICATIONS,
    "notify_twice": _NOTIFICATIONS,
    "notify_late": _NOTIFICATIONS,
    "notify_reordered": _NOTIFICATIONS,
    "notify_forged": _NOTIFICATIONS,
    "statement_late": _STATEMENTS,
    "statement_short": _STATEMENTS,
    "statement_doubled": _STATEMENTS,
    "statement_off_by_one_fen": _STATEMENTS,
    "statement_extra": _STATEMENTS,
    "statement_empty": _STATEMENTS,
    "statement_wrong_total": _STATEMENTS,
}
