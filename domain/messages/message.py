"""A message to a patient's phone (消息推送)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.identifiers import AdmissionNo


class MessageKind(StrEnum):
    """What a message tells; each kind has a template at the messenger."""

    DEPOSIT_RECEIVED = "deposit_received"  # 押金到账
    DAILY_LIST = "daily_list"  # 住院日清单
    ARREARS = "arrears"  # 欠费催缴
    PRE_SETTLED = "pre_settled"  # 预结算结果、清单与欠费
    PENDING_SETTLEMENT = "pending_settlement"  # 待结算
    SETTLED = "settled"  # 结算成功
    SURPLUS = "surplus"  # 押金退款计算
    CANCELLED = "cancelled"  # 结算撤销


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `no` makes delivery idempotent: a number is never sent twice on purpose."""

    no: str
    kind: MessageKind
    admission_no: AdmissionNo
    at: datetime
    words: dict[str, str] = field(default_factory=dict)  # template field -> Chinese text
    path: str = ""  # what the link opens, e.g. /v1/admissions/ZY1/daily-lists/2026-11-22
