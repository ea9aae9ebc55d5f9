import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Share(_message.Message):
    __slots__ = ("payer", "amount_fen", "funded_by")
    PAYER_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    FUNDED_BY_FIELD_NUMBER: _ClassVar[int]
    payer: str
    amount_fen: int
    funded_by: str
    def __init__(self, payer: _Optional[str] = ..., amount_fen: _Optional[int] = ..., funded_by: _Optional[str] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("effect", "state", "attempts", "their_number", "text")
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    THEIR_NUMBER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    effect: str
    state: str
    attempts: int
    their_number: str
    text: str
    def __init__(self, effect: _Optional[str] = ..., state: _Optional[str] = ..., attempts: _Optional[int] = ..., their_number: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Settlement(_message.Message):
    __slots__ = ("settlement_no", "admission_no", "state", "waiting_for", "waiting_reason", "bill_total_fen", "due_fen", "short_fen", "surplus_fen", "difference_fen", "shares", "steps", "receipt_no", "posted_at", "cancellation_no", "version")
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WAITING_FOR_FIELD_NUMBER: _ClassVar[int]
    WAITING_REASON_FIELD_NUMBER: _ClassVar[int]
    BILL_TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    DUE_FEN_FIELD_NUMBER: _ClassVar[int]
    SHORT_FEN_FIELD_NUMBER: _ClassVar[int]
    SURPLUS_FEN_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FEN_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_NO_FIELD_NUMBER: _ClassVar[int]
    POSTED_AT_FIELD_NUMBER: _ClassVar[int]
    CANCELLATION_NO_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    settlement_no: str
    admission_no: str
    state: str
    waiting_for: str
    waiting_reason: str
    bill_total_fen: int
    due_fen: int
    short_fen: int
    surplus_fen: int
    difference_fen: int
    shares: _containers.RepeatedCompositeFieldContainer[Share]
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    receipt_no: str
    posted_at: _timestamp_pb2.Timestamp
    cancellation_no: str
    version: int
    def __init__(self, settlement_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., state: _Optional[str] = ..., waiting_for: _Optional[str] = ..., waiting_reason: _Optional[str] = ..., bill_total_fen: _Optional[int] = ..., due_fen: _Optional[int] = ..., short_fen: _Optional[int] = ..., surplus_fen: _Optional[int] = ..., difference_fen: _Optional[int] = ..., shares: _Optional[_Iterable[_Union[Share, _Mapping]]] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., receipt_no: _Optional[str] = ..., posted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cancellation_no: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class OpenSettlementRequest(_message.Message):
    __slots__ = ("request_id", "admission_no", "point", "operator", "posted_by_caller", "confirmed")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    POSTED_BY_CALLER_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    admission_no: str
    point: str
    operator: str
    posted_by_caller: bool
    confirmed: bool
    def __init__(self, request_id: _Optional[str] = ..., admission_no: _Optional[str] = ..., point: _Optional[str] = ..., operator: _Optional[str] = ..., posted_by_caller: _Optional[bool] = ..., confirmed: _Optional[bool] = ...) -> None: ...

class OpenSettlementResponse(_message.Message):
    __slots__ = ("settlement",)
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    settlement: Settlement
    def __init__(self, settlement: _Optional[_Union[Settlement, _Mapping]] = ...) -> None: ...

class GetSettlementRequest(_message.Message):
    __slots__ = ("settlement_no",)
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    settlement_no: str
    def __init__(self, settlement_no: _Optional[str] = ...) -> None: ...

class GetSettlementResponse(_message.Message):
    __slots__ = ("settlement",)
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    settlement: Settlement
    def __init__(self, settlement: _Optional[_Union[Settlement, _Mapping]] = ...) -> None: ...

class ConfirmSettlementRequest(_message.Message):
    __slots__ = ("request_id", "settlement_no", "confirmed_by")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_BY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    settlement_no: str
    confirmed_by: str
    def __init__(self, request_id: _Optional[str] = ..., settlement_no: _Optional[str] = ..., confirmed_by: _Optional[str] = ...) -> None: ...

class ConfirmSettlementResponse(_message.Message):
    __slots__ = ("settlement",)
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    settlement: Settlement
    def __init__(self, settlement: _Optional[_Union[Settlement, _Mapping]] = ...) -> None: ...

class AcceptDifferenceRequest(_message.Message):
    __slots__ = ("request_id", "settlement_no", "accepted_by")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_BY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    settlement_no: str
    accepted_by: str
    def __init__(self, request_id: _Optional[str] = ..., settlement_no: _Optional[str] = ..., accepted_by: _Optional[str] = ...) -> None: ...

class AcceptDifferenceResponse(_message.Message):
    __slots__ = ("settlement",)
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    settlement: Settlement
    def __init__(self, settlement: _Optional[_Union[Settlement, _Mapping]] = ...) -> None: ...

class ResumeSettlementRequest(_message.Message):
    __slots__ = ("request_id", "settlement_no", "resumed_by")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    RESUMED_BY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    settlement_no: str
    resumed_by: str
    def __init__(self, request_id: _Optional[str] = ..., settlement_no: _Optional[str] = ..., resumed_by: _Optional[str] = ...) -> None: ...

class ResumeSettlementResponse(_message.Message):
    __slots__ = ("settlement",)
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    settlement: Settlement
    def __init__(self, settlement: _Optional[_Union[Settlement, _Mapping]] = ...) -> None: ...

class CancelSettlementRequest(_message.Message):
    __slots__ = ("request_id", "settlement_no", "reason", "operator", "keep_discharged")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    KEEP_DISCHARGED_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    settlement_no: str
    reason: str
    operator: str
    keep_discharged: bool
    def __init__(self, request_id: _Optional[str] = ..., settlement_no: _Optional[str] = ..., reason: _Optional[str] = ..., operator: _Optional[str] = ..., keep_discharged: _Optional[bool] = ...) -> None: ...

class CancelSettlementResponse(_message.Message):
    __slots__ = ("settlement", "cancellation_no", "cancellation_state")
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    CANCELLATION_NO_FIELD_NUMBER: _ClassVar[int]
    CANCELLATION_STATE_FIELD_NUMBER: _ClassVar[int]
    settlement: Settlement
    cancellation_no: str
    cancellation_state: str
    def __init__(self, settlement: _Optional[_Union[Settlement, _Mapping]] = ..., cancellation_no: _Optional[str] = ..., cancellation_state: _Optional[str] = ...) -> None: ...

class WatchSettlementRequest(_message.Message):
    __slots__ = ("settlement_no",)
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    settlement_no: str
    def __init__(self, settlement_no: _Optional[str] = ...) -> None: ...

class WatchSettlementResponse(_message.Message):
    __slots__ = ("settlement",)
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    settlement: Settlement
    def __init__(self, settlement: _Optional[_Union[Settlement, _Mapping]] = ...) -> None: ...
