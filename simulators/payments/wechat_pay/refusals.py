"""The vendor's refusals: v3 code, HTTP status, and the name the same refusal has in v2."""

from typing import Any

from simulators.exchange import BusinessRefusal
from simulators.faults import Fault

# channels.md §1.3. Marked (u) there: OUT_TRADE_NO_USED, ORDER_CLOSED, ORDERPAID, TRADE_ERROR,
# APPID_MCHID_NOT_MATCH, RESOURCE_NOT_EXISTS, FREQUENCY_LIMITED.
HTTP_STATUS = {
    "PARAM_ERROR": 400,
    "INVALID_REQUEST": 400,
    "APPID_MCHID_NOT_MATCH": 400,
    "MCH_NOT_EXISTS": 400,
    "ORDERPAID": 400,
    "ORDER_CLOSED": 400,
    "NO_STATEMENT_EXIST": 400,
    "STATEMENT_CREATING": 400,
    "SIGN_ERROR": 401,
    "NO_AUTH": 403,
    "NOT_ENOUGH": 403,
    "RULE_LIMIT": 403,
    "OUT_TRADE_NO_USED": 403,
    "TRADE_ERROR": 403,
    "ACCOUNT_ERROR": 403,
    "ORDER_NOT_EXIST": 404,
    "RESOURCE_NOT_EXISTS": 404,
    "NOT_FOUND": 404,
    "FREQUENCY_LIMITED": 429,
    "SYSTEM_ERROR": 500,
    "BANK_ERROR": 500,
}
# v3 code -> v2 err_code, where the two differ (§1.7.1).
V2_CODE = {
    "SYSTEM_ERROR": "SYSTEMERROR",
    "NOT_ENOUGH": "NOTENOUGH",
    "ORDER_NOT_EXIST": "ORDERNOTEXIST",
    "ORDER_CLOSED": "ORDERCLOSED",
    "SIGN_ERROR": "SIGNERROR",
    "NO_AUTH": "NOAUTH",
}


class Refusal(BusinessRefusal):
    """The business answer is no. `detail` is the v3 explanation of a wrong parameter."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.detail = detail

    @property
    def http_status(self) -> int:
        """The status given, or the code's own; raises KeyError for a code nobody documented."""
        return HTTP_STATUS[self.code] if self.status is None else self.status


def wrong_parameter(field: str, value: object, issue: str, location: str = "body") -> Refusal:
    """PARAM_ERROR with the `detail` object of v3 (its sub-shape is unverified)."""
    detail = {"field": field, "value": value, "issue": issue, "location": location}
    return Refusal("PARAM_ERROR", f"参数错误: {field} {issue}", detail=detail)


def refusal_of_fault(fault: Fault) -> Refusal:
    """The refusal a `refuse`, `not_found_first` or `system_error` fault asks for."""
    if fault.kind == "not_found_first":
        refunds = fault.operation in ("refund_query", "refundquery_v2")
        return Refusal("RESOURCE_NOT_EXISTS" if refunds else "ORDER_NOT_EXIST", "订单不存在")
    if fault.kind == "system_error":
        return Refusal("SYSTEM_ERROR", "系统异常，请稍后重试")
    code = str(fault.args["code"])
    status = int(fault.args.get("status", HTTP_STATUS.get(code, 400)))
    return Refusal(code, str(fault.args.get("message", code)), status=status)
