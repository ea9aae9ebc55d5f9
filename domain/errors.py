"""Every refusal the core knows, each with a stable code, and words for patient and cashier.

MedsettleError
├── InvalidInput              the caller's field is wrong (the field is named)
│   ├── InvalidAmount
│   └── UnknownChannel
├── NotFound                  the thing named does not exist
├── Conflict                  the thing exists but not in a state that allows this
│   ├── IllegalTransition · AdmissionClosed · PlanAlreadyLive · PlanFinished
│   ├── DepositShort · LotExceeded · ChargeSettled · NotRegistered · AlreadyRegistered
│   └── IdempotencyConflict
├── NotAllowed                signature, replay, clock, permission
├── OutsideRefused            an outside system said no; its own words are kept
├── OutsideUnavailable        an outside system cannot be reached or its answer is unknown
└── StorageUnavailable        our own books cannot be reached; repeat under the same key
"""

from typing import ClassVar


class MedsettleError(Exception):
    """Base of all refusals. `code` is stable; `text_zh` is for patient and cashier."""

    code: ClassVar[str] = "internal"
    text_zh: ClassVar[str] = "系统繁忙，请稍后再试"

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class InvalidInput(MedsettleError):
    """A field of the request is missing, malformed or impossible."""

    code = "invalid_input"
    text_zh = "提交的信息有误，请检查后重试"


class InvalidAmount(InvalidInput):
    """Zero, negative, fractions of a fen, or over the institution's limit."""

    code = "invalid_amount"
    text_zh = "金额不正确"


class UnknownChannel(InvalidInput):
    """No payment channel of that name is opened for this institution."""

    code = "unknown_channel"
    text_zh = "暂不支持该支付方式"


class NotFound(MedsettleError):
    """Nothing of that number exists."""

    code = "not_found"
    text_zh = "未找到相关记录"


class AdmissionNotFound(NotFound):
    """The HIS knows no such admission number."""

    code = "admission_not_found"
    text_zh = "未找到该住院号"


class Conflict(MedsettleError):
    """The thing exists, but its state forbids what was asked."""

    code = "conflict"
    text_zh = "当前状态不允许此操作"


class IllegalTransition(Conflict):
    """A lifecycle has no such move."""

    code = "illegal_transition"


class AdmissionClosed(Conflict):
    """The patient has left and the stay is settled."""

    code = "admission_closed"
    text_zh = "该患者已出院结算"


class NotRegistered(Conflict):
    """The stay has no live insurance registration."""

    code = "not_registered"
    text_zh = "尚未办理医保入院登记"


class AlreadyRegistered(Conflict):
    """The stay already has a live insurance registration."""

    code = "already_registered"
    text_zh = "已办理医保入院登记"


class PlanAlreadyLive(Conflict):
    """A settlement of this admission is already under way."""

    code = "settlement_already_live"
    text_zh = "该患者有正在进行的结算"


class PlanFinished(Conflict):
    """The plan has ended and cannot be changed any more."""

    code = "already_finished"
    text_zh = "该业务已办结"


class DepositShort(Conflict):
    """The deposit balance that is not held is smaller than what is asked of it."""

    code = "deposit_short"
    text_zh = "预交金余额不足"


class LotExceeded(Conflict):
    """More is asked back than is left of that payment."""

    code = "refund_exceeds_payment"
    text_zh = "退款金额超过可退金额"


class ChargeSettled(Conflict):
    """A charge that a settlement covers cannot be withdrawn."""

    code = "charge_settled"
    text_zh = "该费用已结算，不能撤销"


class IdempotencyConflict(Conflict):
    """The same key came with another input."""

    code = "idempotency_key_reused"
    text_zh = "重复提交的内容不一致"


class StaleVersion(Conflict):
    """Somebody else changed it first; load again and decide again."""

    code = "stale_version"


class NotAllowed(MedsettleError):
    """The caller did not prove who it is, or may not do this."""

    code = "not_allowed"
    text_zh = "没有权限"


class SignatureInvalid(NotAllowed):
    """Missing, malformed or wrong signature, or an unknown key id."""

    code = "signature_invalid"
    text_zh = "签名校验失败"


class RequestReplayed(NotAllowed):
    """The nonce was used before."""

    code = "request_replayed"
    text_zh = "请求重复"


class ClockSkewed(NotAllowed):
    """The request's timestamp is too far from our clock."""

    code = "clock_skewed"
    text_zh = "请求时间与服务器相差过大"


class OutsideRefused(MedsettleError):
    """An outside system said no for a business reason; `detail` keeps its words."""

    code = "outside_refused"
    text_zh = "对方系统拒绝了该业务"


class OutsideUnavailable(MedsettleError):
    """An outside system cannot be reached now; nothing was done there, or it is being found out."""

    code = "outside_unavailable"
    text_zh = "对方系统暂时无法连接，请稍后再试"


class StorageUnavailable(MedsettleError):
    """Our own books could not be reached. A write may have happened: repeat it under its key."""

    code = "storage_unavailable"
    text_zh = "系统正在恢复，请稍后用同一请求重试"
