"""The vendor's refusals: result code, its message, and the sub code that says why (§2.2)."""

from simulators.exchange import BusinessRefusal
from simulators.faults import Fault

MESSAGES = {
    "10003": "order success pay inprocess",
    "20000": "Service Currently Unavailable",
    "20001": "Insufficient Token Permissions",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40003": "Insufficient Conditions",
    "40004": "Business Failed",
    "40005": "Call Limited",
    "40006": "Insufficient Permissions",
}


class Refusal(BusinessRefusal):
    """The answer is no. `more` are further fields of the node; an unsigned one cannot be signed."""

    def __init__(
        self,
        sub_code: str,
        sub_msg: str,
        *,
        code: str = "40004",
        more: dict[str, str] | None = None,
        signed: bool = True,
    ) -> None:
        super().__init__(f"{sub_code}: {sub_msg}")
        self.code = code
        self.sub_code = sub_code
        self.sub_msg = sub_msg
        self.more = more or {}
        self.signed = signed

    @property
    def node(self) -> dict[str, str]:
        """The node's fields. 10003 is no refusal in the vendor's eyes and has no sub code."""
        fields = {"code": self.code, "msg": MESSAGES[self.code]}
        if self.sub_code:
            fields |= {"sub_code": self.sub_code, "sub_msg": self.sub_msg}
        return fields | self.more


def business(name: str, words: str, **more: str) -> Refusal:
    """40004 with an `ACQ.` sub code."""
    return Refusal(f"ACQ.{name}", words, more=more)


def invalid(field: str, words: str) -> Refusal:
    """A business parameter is wrong."""
    return business("INVALID_PARAMETER", f"参数有误: {field} {words}")


def refusal_of_fault(fault: Fault) -> Refusal:
    """The refusal a `refuse`, `not_found_first` or `system_error` fault asks for."""
    if fault.kind == "not_found_first":
        return business("TRADE_NOT_EXIST", "交易不存在")
    if fault.kind == "system_error":
        return Refusal("isp.unknow-error", "系统繁忙", code="20000")
    sub_code = str(fault.args["code"])
    result = str(fault.args.get("result", "40004"))
    return Refusal(sub_code, str(fault.args.get("message", sub_code)), code=result)
