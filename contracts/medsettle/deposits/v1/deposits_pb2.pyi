import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Product(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRODUCT_UNSPECIFIED: _ClassVar[Product]
    PRODUCT_NATIVE: _ClassVar[Product]
    PRODUCT_IN_APP: _ClassVar[Product]
    PRODUCT_PAYMENT_CODE: _ClassVar[Product]
    PRODUCT_CASH: _ClassVar[Product]
PRODUCT_UNSPECIFIED: Product
PRODUCT_NATIVE: Product
PRODUCT_IN_APP: Product
PRODUCT_PAYMENT_CODE: Product
PRODUCT_CASH: Product

class Deposit(_message.Message):
    __slots__ = ("deposit_no", "admission_no", "state", "payment_state", "amount_fen", "channel", "product", "code_url", "in_app", "channel_number", "paid_at", "his_deposit_no", "closed_because")
    class InAppEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_STATE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    CODE_URL_FIELD_NUMBER: _ClassVar[int]
    IN_APP_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    HIS_DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    CLOSED_BECAUSE_FIELD_NUMBER: _ClassVar[int]
    deposit_no: str
    admission_no: str
    state: str
    payment_state: str
    amount_fen: int
    channel: str
    product: Product
    code_url: str
    in_app: _containers.ScalarMap[str, str]
    channel_number: str
    paid_at: _timestamp_pb2.Timestamp
    his_deposit_no: str
    closed_because: str
    def __init__(self, deposit_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., state: _Optional[str] = ..., payment_state: _Optional[str] = ..., amount_fen: _Optional[int] = ..., channel: _Optional[str] = ..., product: _Optional[_Union[Product, str]] = ..., code_url: _Optional[str] = ..., in_app: _Optional[_Mapping[str, str]] = ..., channel_number: _Optional[str] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., his_deposit_no: _Optional[str] = ..., closed_because: _Optional[str] = ...) -> None: ...

class TopUpDepositRequest(_message.Message):
    __slots__ = ("request_id", "admission_no", "amount_fen", "channel", "product", "openid", "auth_code", "terminal", "operator")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    OPENID_FIELD_NUMBER: _ClassVar[int]
    AUTH_CODE_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    admission_no: str
    amount_fen: int
    channel: str
    product: Product
    openid: str
    auth_code: str
    terminal: str
    operator: str
    def __init__(self, request_id: _Optional[str] = ..., admission_no: _Optional[str] = ..., amount_fen: _Optional[int] = ..., channel: _Optional[str] = ..., product: _Optional[_Union[Product, str]] = ..., openid: _Optional[str] = ..., auth_code: _Optional[str] = ..., terminal: _Optional[str] = ..., operator: _Optional[str] = ...) -> None: ...

class TopUpDepositResponse(_message.Message):
    __slots__ = ("deposit",)
    DEPOSIT_FIELD_NUMBER: _ClassVar[int]
    deposit: Deposit
    def __init__(self, deposit: _Optional[_Union[Deposit, _Mapping]] = ...) -> None: ...

class GetDepositRequest(_message.Message):
    __slots__ = ("deposit_no",)
    DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    deposit_no: str
    def __init__(self, deposit_no: _Optional[str] = ...) -> None: ...

class GetDepositResponse(_message.Message):
    __slots__ = ("deposit",)
    DEPOSIT_FIELD_NUMBER: _ClassVar[int]
    deposit: Deposit
    def __init__(self, deposit: _Optional[_Union[Deposit, _Mapping]] = ...) -> None: ...

class Refund(_message.Message):
    __slots__ = ("refund_no", "deposit_no", "admission_no", "state", "amount_fen", "channel", "at_window", "channel_number", "returned_at")
    REFUND_NO_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    AT_WINDOW_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    RETURNED_AT_FIELD_NUMBER: _ClassVar[int]
    refund_no: str
    deposit_no: str
    admission_no: str
    state: str
    amount_fen: int
    channel: str
    at_window: bool
    channel_number: str
    returned_at: _timestamp_pb2.Timestamp
    def __init__(self, refund_no: _Optional[str] = ..., deposit_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., state: _Optional[str] = ..., amount_fen: _Optional[int] = ..., channel: _Optional[str] = ..., at_window: _Optional[bool] = ..., channel_number: _Optional[str] = ..., returned_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RefundDepositRequest(_message.Message):
    __slots__ = ("request_id", "admission_no", "deposit_no", "amount_fen", "reason", "operator")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    admission_no: str
    deposit_no: str
    amount_fen: int
    reason: str
    operator: str
    def __init__(self, request_id: _Optional[str] = ..., admission_no: _Optional[str] = ..., deposit_no: _Optional[str] = ..., amount_fen: _Optional[int] = ..., reason: _Optional[str] = ..., operator: _Optional[str] = ...) -> None: ...

class RefundDepositResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: Refund
    def __init__(self, refund: _Optional[_Union[Refund, _Mapping]] = ...) -> None: ...

class GetRefundRequest(_message.Message):
    __slots__ = ("refund_no",)
    REFUND_NO_FIELD_NUMBER: _ClassVar[int]
    refund_no: str
    def __init__(self, refund_no: _Optional[str] = ...) -> None: ...

class GetRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: Refund
    def __init__(self, refund: _Optional[_Union[Refund, _Mapping]] = ...) -> None: ...

class Lot(_message.Message):
    __slots__ = ("deposit_no", "channel", "paid_fen", "applied_fen", "returning_fen", "returned_fen")
    DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    APPLIED_FEN_FIELD_NUMBER: _ClassVar[int]
    RETURNING_FEN_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FEN_FIELD_NUMBER: _ClassVar[int]
    deposit_no: str
    channel: str
    paid_fen: int
    applied_fen: int
    returning_fen: int
    returned_fen: int
    def __init__(self, deposit_no: _Optional[str] = ..., channel: _Optional[str] = ..., paid_fen: _Optional[int] = ..., applied_fen: _Optional[int] = ..., returning_fen: _Optional[int] = ..., returned_fen: _Optional[int] = ...) -> None: ...

class GetDepositAccountRequest(_message.Message):
    __slots__ = ("admission_no",)
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    admission_no: str
    def __init__(self, admission_no: _Optional[str] = ...) -> None: ...

class GetDepositAccountResponse(_message.Message):
    __slots__ = ("admission_no", "balance_fen", "held_fen", "available_fen", "lots")
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    HELD_FEN_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    LOTS_FIELD_NUMBER: _ClassVar[int]
    admission_no: str
    balance_fen: int
    held_fen: int
    available_fen: int
    lots: _containers.RepeatedCompositeFieldContainer[Lot]
    def __init__(self, admission_no: _Optional[str] = ..., balance_fen: _Optional[int] = ..., held_fen: _Optional[int] = ..., available_fen: _Optional[int] = ..., lots: _Optional[_Iterable[_Union[Lot, _Mapping]]] = ...) -> None: ...
