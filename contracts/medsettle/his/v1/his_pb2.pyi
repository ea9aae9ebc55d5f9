import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AdmissionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ADMISSION_STATE_UNSPECIFIED: _ClassVar[AdmissionState]
    ADMISSION_STATE_ADMITTED: _ClassVar[AdmissionState]
    ADMISSION_STATE_DISCHARGE_ORDERED: _ClassVar[AdmissionState]
    ADMISSION_STATE_DISCHARGED: _ClassVar[AdmissionState]
    ADMISSION_STATE_CANCELLED: _ClassVar[AdmissionState]

class FeeCategory(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEE_CATEGORY_UNSPECIFIED: _ClassVar[FeeCategory]
    FEE_CATEGORY_SELF_PAY: _ClassVar[FeeCategory]
    FEE_CATEGORY_INSURED: _ClassVar[FeeCategory]

class LockPurpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOCK_PURPOSE_UNSPECIFIED: _ClassVar[LockPurpose]
    LOCK_PURPOSE_SETTLE: _ClassVar[LockPurpose]
    LOCK_PURPOSE_CANCEL: _ClassVar[LockPurpose]

class PostingState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POSTING_STATE_UNSPECIFIED: _ClassVar[PostingState]
    POSTING_STATE_NOT_FOUND: _ClassVar[PostingState]
    POSTING_STATE_POSTED: _ClassVar[PostingState]
    POSTING_STATE_CANCELLED: _ClassVar[PostingState]

class PostingKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POSTING_KIND_UNSPECIFIED: _ClassVar[PostingKind]
    POSTING_KIND_LOCK: _ClassVar[PostingKind]
    POSTING_KIND_SETTLEMENT: _ClassVar[PostingKind]
    POSTING_KIND_CANCELLATION: _ClassVar[PostingKind]
    POSTING_KIND_DEPOSIT: _ClassVar[PostingKind]
    POSTING_KIND_DEPOSIT_RETURN: _ClassVar[PostingKind]
ADMISSION_STATE_UNSPECIFIED: AdmissionState
ADMISSION_STATE_ADMITTED: AdmissionState
ADMISSION_STATE_DISCHARGE_ORDERED: AdmissionState
ADMISSION_STATE_DISCHARGED: AdmissionState
ADMISSION_STATE_CANCELLED: AdmissionState
FEE_CATEGORY_UNSPECIFIED: FeeCategory
FEE_CATEGORY_SELF_PAY: FeeCategory
FEE_CATEGORY_INSURED: FeeCategory
LOCK_PURPOSE_UNSPECIFIED: LockPurpose
LOCK_PURPOSE_SETTLE: LockPurpose
LOCK_PURPOSE_CANCEL: LockPurpose
POSTING_STATE_UNSPECIFIED: PostingState
POSTING_STATE_NOT_FOUND: PostingState
POSTING_STATE_POSTED: PostingState
POSTING_STATE_CANCELLED: PostingState
POSTING_KIND_UNSPECIFIED: PostingKind
POSTING_KIND_LOCK: PostingKind
POSTING_KIND_SETTLEMENT: PostingKind
POSTING_KIND_CANCELLATION: PostingKind
POSTING_KIND_DEPOSIT: PostingKind
POSTING_KIND_DEPOSIT_RETURN: PostingKind

class Diagnosis(_message.Message):
    __slots__ = ("order", "code", "name", "department_code", "doctor_code", "doctor_name", "diagnosed_at")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    DOCTOR_CODE_FIELD_NUMBER: _ClassVar[int]
    DOCTOR_NAME_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSED_AT_FIELD_NUMBER: _ClassVar[int]
    order: int
    code: str
    name: str
    department_code: str
    doctor_code: str
    doctor_name: str
    diagnosed_at: _timestamp_pb2.Timestamp
    def __init__(self, order: _Optional[int] = ..., code: _Optional[str] = ..., name: _Optional[str] = ..., department_code: _Optional[str] = ..., doctor_code: _Optional[str] = ..., doctor_name: _Optional[str] = ..., diagnosed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Admission(_message.Message):
    __slots__ = ("admission_no", "patient_no", "medical_record_no", "patient_name", "gender", "birth_date", "id_card_no", "phone", "fee_category", "state", "department_code", "department_name", "ward_code", "ward_name", "bed_no", "attending_doctor_code", "attending_doctor_name", "admitted_at", "discharged_at", "diagnoses", "deposit_balance_fen", "medical_type")
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    PATIENT_NO_FIELD_NUMBER: _ClassVar[int]
    MEDICAL_RECORD_NO_FIELD_NUMBER: _ClassVar[int]
    PATIENT_NAME_FIELD_NUMBER: _ClassVar[int]
    GENDER_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    ID_CARD_NO_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    FEE_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_NAME_FIELD_NUMBER: _ClassVar[int]
    WARD_CODE_FIELD_NUMBER: _ClassVar[int]
    WARD_NAME_FIELD_NUMBER: _ClassVar[int]
    BED_NO_FIELD_NUMBER: _ClassVar[int]
    ATTENDING_DOCTOR_CODE_FIELD_NUMBER: _ClassVar[int]
    ATTENDING_DOCTOR_NAME_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    DISCHARGED_AT_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSES_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    MEDICAL_TYPE_FIELD_NUMBER: _ClassVar[int]
    admission_no: str
    patient_no: str
    medical_record_no: str
    patient_name: str
    gender: str
    birth_date: str
    id_card_no: str
    phone: str
    fee_category: FeeCategory
    state: AdmissionState
    department_code: str
    department_name: str
    ward_code: str
    ward_name: str
    bed_no: str
    attending_doctor_code: str
    attending_doctor_name: str
    admitted_at: _timestamp_pb2.Timestamp
    discharged_at: _timestamp_pb2.Timestamp
    diagnoses: _containers.RepeatedCompositeFieldContainer[Diagnosis]
    deposit_balance_fen: int
    medical_type: str
    def __init__(self, admission_no: _Optional[str] = ..., patient_no: _Optional[str] = ..., medical_record_no: _Optional[str] = ..., patient_name: _Optional[str] = ..., gender: _Optional[str] = ..., birth_date: _Optional[str] = ..., id_card_no: _Optional[str] = ..., phone: _Optional[str] = ..., fee_category: _Optional[_Union[FeeCategory, str]] = ..., state: _Optional[_Union[AdmissionState, str]] = ..., department_code: _Optional[str] = ..., department_name: _Optional[str] = ..., ward_code: _Optional[str] = ..., ward_name: _Optional[str] = ..., bed_no: _Optional[str] = ..., attending_doctor_code: _Optional[str] = ..., attending_doctor_name: _Optional[str] = ..., admitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., discharged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., diagnoses: _Optional[_Iterable[_Union[Diagnosis, _Mapping]]] = ..., deposit_balance_fen: _Optional[int] = ..., medical_type: _Optional[str] = ...) -> None: ...

class Charge(_message.Message):
    __slots__ = ("charge_no", "admission_no", "charged_at", "item_code", "item_name", "insurance_code", "charge_class", "quantity", "unit_price", "amount_fen", "department_code", "department_name", "doctor_code", "doctor_name", "order_no", "returned_charge_no", "cancelled")
    CHARGE_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    CHARGED_AT_FIELD_NUMBER: _ClassVar[int]
    ITEM_CODE_FIELD_NUMBER: _ClassVar[int]
    ITEM_NAME_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_CODE_FIELD_NUMBER: _ClassVar[int]
    CHARGE_CLASS_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_NAME_FIELD_NUMBER: _ClassVar[int]
    DOCTOR_CODE_FIELD_NUMBER: _ClassVar[int]
    DOCTOR_NAME_FIELD_NUMBER: _ClassVar[int]
    ORDER_NO_FIELD_NUMBER: _ClassVar[int]
    RETURNED_CHARGE_NO_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    charge_no: str
    admission_no: str
    charged_at: _timestamp_pb2.Timestamp
    item_code: str
    item_name: str
    insurance_code: str
    charge_class: str
    quantity: str
    unit_price: str
    amount_fen: int
    department_code: str
    department_name: str
    doctor_code: str
    doctor_name: str
    order_no: str
    returned_charge_no: str
    cancelled: bool
    def __init__(self, charge_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., charged_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., item_code: _Optional[str] = ..., item_name: _Optional[str] = ..., insurance_code: _Optional[str] = ..., charge_class: _Optional[str] = ..., quantity: _Optional[str] = ..., unit_price: _Optional[str] = ..., amount_fen: _Optional[int] = ..., department_code: _Optional[str] = ..., department_name: _Optional[str] = ..., doctor_code: _Optional[str] = ..., doctor_name: _Optional[str] = ..., order_no: _Optional[str] = ..., returned_charge_no: _Optional[str] = ..., cancelled: _Optional[bool] = ...) -> None: ...

class GetAdmissionRequest(_message.Message):
    __slots__ = ("admission_no",)
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    admission_no: str
    def __init__(self, admission_no: _Optional[str] = ...) -> None: ...

class GetAdmissionResponse(_message.Message):
    __slots__ = ("admission",)
    ADMISSION_FIELD_NUMBER: _ClassVar[int]
    admission: Admission
    def __init__(self, admission: _Optional[_Union[Admission, _Mapping]] = ...) -> None: ...

class ListChargesRequest(_message.Message):
    __slots__ = ("admission_no", "business_date", "page_token", "page_size")
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_DATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    admission_no: str
    business_date: str
    page_token: str
    page_size: int
    def __init__(self, admission_no: _Optional[str] = ..., business_date: _Optional[str] = ..., page_token: _Optional[str] = ..., page_size: _Optional[int] = ...) -> None: ...

class ListChargesResponse(_message.Message):
    __slots__ = ("charges", "next_page_token")
    CHARGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    charges: _containers.RepeatedCompositeFieldContainer[Charge]
    next_page_token: str
    def __init__(self, charges: _Optional[_Iterable[_Union[Charge, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListPendingChargesRequest(_message.Message):
    __slots__ = ("admission_no", "page_token", "page_size")
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    admission_no: str
    page_token: str
    page_size: int
    def __init__(self, admission_no: _Optional[str] = ..., page_token: _Optional[str] = ..., page_size: _Optional[int] = ...) -> None: ...

class ListPendingChargesResponse(_message.Message):
    __slots__ = ("charges", "next_page_token", "total_fen")
    CHARGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    charges: _containers.RepeatedCompositeFieldContainer[Charge]
    next_page_token: str
    total_fen: int
    def __init__(self, charges: _Optional[_Iterable[_Union[Charge, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_fen: _Optional[int] = ...) -> None: ...

class Share(_message.Message):
    __slots__ = ("payer", "amount_fen")
    PAYER_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    payer: str
    amount_fen: int
    def __init__(self, payer: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class InsuranceResult(_message.Message):
    __slots__ = ("registration_no", "settlement_id", "pooled_fund_fen", "personal_account_fen", "cash_fen", "hospital_borne_fen")
    REGISTRATION_NO_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    POOLED_FUND_FEN_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_ACCOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    CASH_FEN_FIELD_NUMBER: _ClassVar[int]
    HOSPITAL_BORNE_FEN_FIELD_NUMBER: _ClassVar[int]
    registration_no: str
    settlement_id: str
    pooled_fund_fen: int
    personal_account_fen: int
    cash_fen: int
    hospital_borne_fen: int
    def __init__(self, registration_no: _Optional[str] = ..., settlement_id: _Optional[str] = ..., pooled_fund_fen: _Optional[int] = ..., personal_account_fen: _Optional[int] = ..., cash_fen: _Optional[int] = ..., hospital_borne_fen: _Optional[int] = ...) -> None: ...

class ConfirmPreSettlementRequest(_message.Message):
    __slots__ = ("settlement_no", "admission_no", "bill_no", "total_fen", "shares", "insurance", "due_fen")
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    BILL_NO_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_FIELD_NUMBER: _ClassVar[int]
    DUE_FEN_FIELD_NUMBER: _ClassVar[int]
    settlement_no: str
    admission_no: str
    bill_no: str
    total_fen: int
    shares: _containers.RepeatedCompositeFieldContainer[Share]
    insurance: InsuranceResult
    due_fen: int
    def __init__(self, settlement_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., bill_no: _Optional[str] = ..., total_fen: _Optional[int] = ..., shares: _Optional[_Iterable[_Union[Share, _Mapping]]] = ..., insurance: _Optional[_Union[InsuranceResult, _Mapping]] = ..., due_fen: _Optional[int] = ...) -> None: ...

class ConfirmPreSettlementResponse(_message.Message):
    __slots__ = ("confirmed_at",)
    CONFIRMED_AT_FIELD_NUMBER: _ClassVar[int]
    confirmed_at: _timestamp_pb2.Timestamp
    def __init__(self, confirmed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LockRequest(_message.Message):
    __slots__ = ("settlement_no", "admission_no", "purpose", "original_settlement_no")
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    ORIGINAL_SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    settlement_no: str
    admission_no: str
    purpose: LockPurpose
    original_settlement_no: str
    def __init__(self, settlement_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., purpose: _Optional[_Union[LockPurpose, str]] = ..., original_settlement_no: _Optional[str] = ...) -> None: ...

class LockResponse(_message.Message):
    __slots__ = ("bill_no", "total_fen", "deposit_balance_fen", "charge_count")
    BILL_NO_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    CHARGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    bill_no: str
    total_fen: int
    deposit_balance_fen: int
    charge_count: int
    def __init__(self, bill_no: _Optional[str] = ..., total_fen: _Optional[int] = ..., deposit_balance_fen: _Optional[int] = ..., charge_count: _Optional[int] = ...) -> None: ...

class UnlockRequest(_message.Message):
    __slots__ = ("settlement_no", "admission_no", "bill_no")
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    BILL_NO_FIELD_NUMBER: _ClassVar[int]
    settlement_no: str
    admission_no: str
    bill_no: str
    def __init__(self, settlement_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., bill_no: _Optional[str] = ...) -> None: ...

class UnlockResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PostSettlementRequest(_message.Message):
    __slots__ = ("settlement_no", "admission_no", "bill_no", "total_fen", "shares", "insurance", "deposit_applied_fen", "operator")
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    BILL_NO_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    INSURANCE_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_APPLIED_FEN_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    settlement_no: str
    admission_no: str
    bill_no: str
    total_fen: int
    shares: _containers.RepeatedCompositeFieldContainer[Share]
    insurance: InsuranceResult
    deposit_applied_fen: int
    operator: str
    def __init__(self, settlement_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., bill_no: _Optional[str] = ..., total_fen: _Optional[int] = ..., shares: _Optional[_Iterable[_Union[Share, _Mapping]]] = ..., insurance: _Optional[_Union[InsuranceResult, _Mapping]] = ..., deposit_applied_fen: _Optional[int] = ..., operator: _Optional[str] = ...) -> None: ...

class PostSettlementResponse(_message.Message):
    __slots__ = ("receipt_no", "posted_at", "deposit_balance_fen")
    RECEIPT_NO_FIELD_NUMBER: _ClassVar[int]
    POSTED_AT_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    receipt_no: str
    posted_at: _timestamp_pb2.Timestamp
    deposit_balance_fen: int
    def __init__(self, receipt_no: _Optional[str] = ..., posted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deposit_balance_fen: _Optional[int] = ...) -> None: ...

class CancelSettlementRequest(_message.Message):
    __slots__ = ("cancellation_no", "settlement_no", "admission_no", "reason")
    CANCELLATION_NO_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    cancellation_no: str
    settlement_no: str
    admission_no: str
    reason: str
    def __init__(self, cancellation_no: _Optional[str] = ..., settlement_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelSettlementResponse(_message.Message):
    __slots__ = ("cancelled_at", "red_receipt_no", "deposit_balance_fen")
    CANCELLED_AT_FIELD_NUMBER: _ClassVar[int]
    RED_RECEIPT_NO_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    cancelled_at: _timestamp_pb2.Timestamp
    red_receipt_no: str
    deposit_balance_fen: int
    def __init__(self, cancelled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., red_receipt_no: _Optional[str] = ..., deposit_balance_fen: _Optional[int] = ...) -> None: ...

class QueryPostingRequest(_message.Message):
    __slots__ = ("number", "kind")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    number: str
    kind: PostingKind
    def __init__(self, number: _Optional[str] = ..., kind: _Optional[_Union[PostingKind, str]] = ...) -> None: ...

class QueryPostingResponse(_message.Message):
    __slots__ = ("state", "receipt_no", "bill_no", "total_fen", "deposit_applied_fen", "deposit_balance_fen", "acted_at", "result_text", "his_deposit_no", "leaving_guidance")
    STATE_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_NO_FIELD_NUMBER: _ClassVar[int]
    BILL_NO_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_APPLIED_FEN_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    ACTED_AT_FIELD_NUMBER: _ClassVar[int]
    RESULT_TEXT_FIELD_NUMBER: _ClassVar[int]
    HIS_DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    LEAVING_GUIDANCE_FIELD_NUMBER: _ClassVar[int]
    state: PostingState
    receipt_no: str
    bill_no: str
    total_fen: int
    deposit_applied_fen: int
    deposit_balance_fen: int
    acted_at: _timestamp_pb2.Timestamp
    result_text: str
    his_deposit_no: str
    leaving_guidance: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, state: _Optional[_Union[PostingState, str]] = ..., receipt_no: _Optional[str] = ..., bill_no: _Optional[str] = ..., total_fen: _Optional[int] = ..., deposit_applied_fen: _Optional[int] = ..., deposit_balance_fen: _Optional[int] = ..., acted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., result_text: _Optional[str] = ..., his_deposit_no: _Optional[str] = ..., leaving_guidance: _Optional[_Iterable[str]] = ...) -> None: ...

class SaveDepositRequest(_message.Message):
    __slots__ = ("deposit_no", "admission_no", "amount_fen", "channel", "channel_transaction_no", "paid_at")
    DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_TRANSACTION_NO_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    deposit_no: str
    admission_no: str
    amount_fen: int
    channel: str
    channel_transaction_no: str
    paid_at: _timestamp_pb2.Timestamp
    def __init__(self, deposit_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., amount_fen: _Optional[int] = ..., channel: _Optional[str] = ..., channel_transaction_no: _Optional[str] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SaveDepositResponse(_message.Message):
    __slots__ = ("his_deposit_no", "deposit_balance_fen")
    HIS_DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    his_deposit_no: str
    deposit_balance_fen: int
    def __init__(self, his_deposit_no: _Optional[str] = ..., deposit_balance_fen: _Optional[int] = ...) -> None: ...

class CancelDepositRequest(_message.Message):
    __slots__ = ("return_no", "deposit_no", "admission_no", "amount_fen", "reason")
    RETURN_NO_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    return_no: str
    deposit_no: str
    admission_no: str
    amount_fen: int
    reason: str
    def __init__(self, return_no: _Optional[str] = ..., deposit_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., amount_fen: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelDepositResponse(_message.Message):
    __slots__ = ("deposit_balance_fen",)
    DEPOSIT_BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    deposit_balance_fen: int
    def __init__(self, deposit_balance_fen: _Optional[int] = ...) -> None: ...

class Deposit(_message.Message):
    __slots__ = ("number", "his_deposit_no", "admission_no", "amount_fen", "channel", "acted_at", "returned_deposit_no")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    HIS_DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ACTED_AT_FIELD_NUMBER: _ClassVar[int]
    RETURNED_DEPOSIT_NO_FIELD_NUMBER: _ClassVar[int]
    number: str
    his_deposit_no: str
    admission_no: str
    amount_fen: int
    channel: str
    acted_at: _timestamp_pb2.Timestamp
    returned_deposit_no: str
    def __init__(self, number: _Optional[str] = ..., his_deposit_no: _Optional[str] = ..., admission_no: _Optional[str] = ..., amount_fen: _Optional[int] = ..., channel: _Optional[str] = ..., acted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., returned_deposit_no: _Optional[str] = ...) -> None: ...

class QueryDepositsRequest(_message.Message):
    __slots__ = ("admission_no", "business_date", "page_token", "page_size")
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_DATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    admission_no: str
    business_date: str
    page_token: str
    page_size: int
    def __init__(self, admission_no: _Optional[str] = ..., business_date: _Optional[str] = ..., page_token: _Optional[str] = ..., page_size: _Optional[int] = ...) -> None: ...

class QueryDepositsResponse(_message.Message):
    __slots__ = ("deposits", "next_page_token", "deposit_balance_fen")
    DEPOSITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_BALANCE_FEN_FIELD_NUMBER: _ClassVar[int]
    deposits: _containers.RepeatedCompositeFieldContainer[Deposit]
    next_page_token: str
    deposit_balance_fen: int
    def __init__(self, deposits: _Optional[_Iterable[_Union[Deposit, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., deposit_balance_fen: _Optional[int] = ...) -> None: ...

class PostedSettlement(_message.Message):
    __slots__ = ("number", "admission_no", "bill_no", "receipt_no", "total_fen", "deposit_applied_fen", "acted_at", "cancelled_settlement_no", "shares")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_NO_FIELD_NUMBER: _ClassVar[int]
    BILL_NO_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_NO_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    DEPOSIT_APPLIED_FEN_FIELD_NUMBER: _ClassVar[int]
    ACTED_AT_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    number: str
    admission_no: str
    bill_no: str
    receipt_no: str
    total_fen: int
    deposit_applied_fen: int
    acted_at: _timestamp_pb2.Timestamp
    cancelled_settlement_no: str
    shares: _containers.RepeatedCompositeFieldContainer[Share]
    def __init__(self, number: _Optional[str] = ..., admission_no: _Optional[str] = ..., bill_no: _Optional[str] = ..., receipt_no: _Optional[str] = ..., total_fen: _Optional[int] = ..., deposit_applied_fen: _Optional[int] = ..., acted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cancelled_settlement_no: _Optional[str] = ..., shares: _Optional[_Iterable[_Union[Share, _Mapping]]] = ...) -> None: ...

class ListSettlementsRequest(_message.Message):
    __slots__ = ("business_date", "page_token", "page_size")
    BUSINESS_DATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    business_date: str
    page_token: str
    page_size: int
    def __init__(self, business_date: _Optional[str] = ..., page_token: _Optional[str] = ..., page_size: _Optional[int] = ...) -> None: ...

class ListSettlementsResponse(_message.Message):
    __slots__ = ("settlements", "next_page_token")
    SETTLEMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    settlements: _containers.RepeatedCompositeFieldContainer[PostedSettlement]
    next_page_token: str
    def __init__(self, settlements: _Optional[_Iterable[_Union[PostedSettlement, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ConfirmPostingRequest(_message.Message):
    __slots__ = ("settlement_no", "receipt_no", "posted_at")
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_NO_FIELD_NUMBER: _ClassVar[int]
    POSTED_AT_FIELD_NUMBER: _ClassVar[int]
    settlement_no: str
    receipt_no: str
    posted_at: _timestamp_pb2.Timestamp
    def __init__(self, settlement_no: _Optional[str] = ..., receipt_no: _Optional[str] = ..., posted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConfirmPostingResponse(_message.Message):
    __slots__ = ("settlement_state",)
    SETTLEMENT_STATE_FIELD_NUMBER: _ClassVar[int]
    settlement_state: str
    def __init__(self, settlement_state: _Optional[str] = ...) -> None: ...

class CancelPostingRequest(_message.Message):
    __slots__ = ("settlement_no", "reason")
    SETTLEMENT_NO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    settlement_no: str
    reason: str
    def __init__(self, settlement_no: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelPostingResponse(_message.Message):
    __slots__ = ("settlement_state", "cancellation_no")
    SETTLEMENT_STATE_FIELD_NUMBER: _ClassVar[int]
    CANCELLATION_NO_FIELD_NUMBER: _ClassVar[int]
    settlement_state: str
    cancellation_no: str
    def __init__(self, settlement_state: _Optional[str] = ..., cancellation_no: _Optional[str] = ...) -> None: ...
