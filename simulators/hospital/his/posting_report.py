"""QueryPosting: what became of one of Medsettle's numbers, with the text for ward and patient."""

from datetime import datetime

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.hospital.his.books import Books
from simulators.hospital.his.fields import require
from simulators.hospital.his.records import BillLock, Settlement
from simulators.hospital.his.refusals import Malformed

PAYER_NAMES = {
    "pooled_fund": "医保统筹基金支付",
    "personal_account": "个人账户支付",
    "hospital_borne": "医院负担",
    "reduction": "减免",
    "deposit": "预交金支付",
    "rounding": "舍入",
    "unexplained": "待查",
}


# What a number may have been used for, in the order in which the uses speak for it when no kind
# is asked for: a posting before the lock it was made under.
USES = (
    wire.POSTING_KIND_SETTLEMENT,
    wire.POSTING_KIND_CANCELLATION,
    wire.POSTING_KIND_LOCK,
    wire.POSTING_KIND_DEPOSIT,
    wire.POSTING_KIND_DEPOSIT_RETURN,
)


def query_posting(
    books: Books, request: wire.QueryPostingRequest, _now: datetime
) -> wire.QueryPostingResponse:
    """Answers for every number ever acted on, as the kind that is asked for; NOT_FOUND when
    nothing of that kind was ever done under it.

    Without a kind a settlement number between Lock and PostSettlement stands for its lock alone:
    POSTED while the bill is locked, and no receipt number. The same holds for a cancellation.
    """
    require(request, "number")
    if request.kind not in wire.PostingKind.values():
        raise Malformed("kind", f"{request.kind} is not a PostingKind")
    for use in USES:
        if request.kind in {use, wire.POSTING_KIND_UNSPECIFIED}:
            report = _report(books, use, request.number)
            if report is not None:
                return report
    return wire.QueryPostingResponse(state=wire.POSTING_STATE_NOT_FOUND)


def _report(books: Books, use: wire.PostingKind, number: str) -> wire.QueryPostingResponse | None:
    if use == wire.POSTING_KIND_SETTLEMENT and number in books.settlements:
        return _of_settlement(books, books.settlements[number])
    if use == wire.POSTING_KIND_CANCELLATION and number in books.cancellations:
        return _of_cancellation(books, number)
    if use == wire.POSTING_KIND_LOCK and number in books.locks:
        return _of_lock(books, books.locks[number])
    if use == wire.POSTING_KIND_DEPOSIT and number in books.deposits:
        return _of_deposit(books, number)
    if use == wire.POSTING_KIND_DEPOSIT_RETURN and number in books.returns:
        return _of_return(books, number)
    return None


def _of_lock(books: Books, held: BillLock) -> wire.QueryPostingResponse:
    released = held.released_at is not None
    doing = "结算" if held.purpose == wire.LOCK_PURPOSE_SETTLE else "撤销结算"
    done = held.number in books.settlements or held.number in books.cancellations
    text = f"账单{held.bill_no}已锁定，待{doing}"
    if released:
        text = f"账单{held.bill_no}已解锁，{'已' if done else '未'}{doing}"
    if held.number in books.refused_by_cashier:
        text += f"；收费员拒绝入账：{books.refused_by_cashier[held.number]}"
    return wire.QueryPostingResponse(
        state=wire.POSTING_STATE_CANCELLED if released else wire.POSTING_STATE_POSTED,
        bill_no=held.bill_no,
        total_fen=held.total_fen,
        deposit_balance_fen=books.stay(held.admission_no).balance_fen(),
        acted_at=held.at,
        result_text=text,
    )


def _of_settlement(books: Books, settlement: Settlement) -> wire.QueryPostingResponse:
    balance = books.stay(settlement.admission_no).balance_fen()
    response = wire.QueryPostingResponse(
        receipt_no=settlement.receipt_no,
        bill_no=settlement.bill_no,
        total_fen=settlement.total_fen,
        deposit_applied_fen=settlement.deposit_applied_fen,
        deposit_balance_fen=balance,
        acted_at=settlement.at,
    )
    if not settlement.live:
        undone = books.cancellations[settlement.cancelled_by]
        response.state = wire.POSTING_STATE_CANCELLED
        response.result_text = (
            f"结算已撤销，原收据{settlement.receipt_no}，红冲收据{undone.red_receipt_no}"
        )
        return response
    parts = "，".join(
        f"{PAYER_NAMES[share.payer]}{yuan(share.amount_fen)}元"
        for share in settlement.shares
        if share.amount_fen
    )
    response.state = wire.POSTING_STATE_POSTED
    response.result_text = (
        f"结算成功，收据{settlement.receipt_no}，费用总额{yuan(settlement.total_fen)}元：{parts}；"
        f"预交金余额{yuan(balance)}元"
    )
    response.leaving_guidance.extend(_leaving_guidance(settlement.receipt_no, balance))
    return response


def _leaving_guidance(receipt_no: str, balance_fen: int) -> list[str]:
    refund = f"预交金余额{yuan(balance_fen)}元按原路退回；" if balance_fen else ""
    return [
        f"出院带药：凭收据{receipt_no}到住院药房领取出院带药",
        "打印清单：在自助机或住院收费处打印费用清单、收据和出院小结",
        f"离院流程：{refund}到护士站交还腕带、领取出院证明后离院",
    ]


def _of_cancellation(books: Books, number: str) -> wire.QueryPostingResponse:
    cancellation = books.cancellations[number]
    undone = books.settlements[cancellation.settlement_no]
    return wire.QueryPostingResponse(
        state=wire.POSTING_STATE_POSTED,
        receipt_no=cancellation.red_receipt_no,
        bill_no=undone.bill_no,
        total_fen=-undone.total_fen,
        deposit_applied_fen=-undone.deposit_applied_fen,
        deposit_balance_fen=books.stay(cancellation.admission_no).balance_fen(),
        acted_at=cancellation.at,
        result_text=(
            f"撤销成功，红冲收据{cancellation.red_receipt_no}，"
            f"退回预交金{yuan(undone.deposit_applied_fen)}元"
        ),
    )


def _of_deposit(books: Books, number: str) -> wire.QueryPostingResponse:
    deposit = books.deposits[number]
    returned = deposit.returned_fen == deposit.amount_fen
    text = f"预交金{yuan(deposit.amount_fen)}元已入账"
    if deposit.returned_fen:
        text += f"，已退{yuan(deposit.returned_fen)}元"
    return wire.QueryPostingResponse(
        state=wire.POSTING_STATE_CANCELLED if returned else wire.POSTING_STATE_POSTED,
        total_fen=deposit.amount_fen,
        deposit_balance_fen=books.stay(deposit.admission_no).balance_fen(),
        acted_at=deposit.at,
        result_text=text,
        his_deposit_no=deposit.his_deposit_no,
    )


def _of_return(books: Books, number: str) -> wire.QueryPostingResponse:
    returned = books.returns[number]
    return wire.QueryPostingResponse(
        state=wire.POSTING_STATE_POSTED,
        total_fen=-returned.amount_fen,
        deposit_balance_fen=books.stay(returned.admission_no).balance_fen(),
        acted_at=returned.at,
        result_text=f"已退预交金{yuan(returned.amount_fen)}元",
        his_deposit_no=returned.his_deposit_no,
    )


def yuan(fen: int) -> str:
    """Fens as yuan text, exactly."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
