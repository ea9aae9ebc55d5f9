"""What the HIS is told: figures, shares and the kind of a number, as they stand in the message."""

import dataclasses

import pytest

from adapters.hospital.his_grpc import GrpcHospital
from contracts.medsettle.his.v1 import his_pb2 as wire
from domain.identifiers import AdmissionNo, PlanNo
from domain.money import Money
from domain.plan.shares import Payer, Share
from ports.errors import OutcomeUnknown
from ports.hospital import BillFigures, LockedBill, NumberUse
from tests.adapters.hospital.scripted_his import ScriptedHis
from tests.conformance.hospital import stays

NO = AdmissionNo("ZY1")
BILL = LockedBill(
    bill_no="ZD1", total=Money(123_456), deposit_balance=Money(200_000), charge_count=2
)


async def posted(
    scripted: ScriptedHis, hospital: GrpcHospital, figures: BillFigures
) -> wire.PostSettlementRequest:
    """What PostSettlement said; the empty answer is unreadable and that is not the point here."""
    scripted.replies["PostSettlement"] = wire.PostSettlementResponse()
    with pytest.raises(OutcomeUnknown):
        await hospital.post_settlement(figures, "收费员00")
    return wire.PostSettlementRequest.FromString(scripted.seen[-1].message)


async def test_an_insured_posting_tells_the_insurers_figures_and_the_due(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    figures = stays.insured_figures(PlanNo("JS1"), NO, BILL, "SETL0001")

    told = await posted(scripted, hospital, figures)

    assert (told.settlement_no, told.bill_no, told.operator) == ("JS1", "ZD1", "收费员00")
    assert (told.total_fen, told.deposit_applied_fen) == (123_456, 33_456)
    assert {share.payer: share.amount_fen for share in told.shares} == {
        "pooled_fund": 80_000,
        "personal_account": 10_000,
        "deposit": 33_456,
    }
    assert told.insurance == wire.InsuranceResult(
        registration_no="MDTRT0001",
        settlement_id="SETL0001",
        pooled_fund_fen=80_000,
        personal_account_fen=10_000,
        cash_fen=33_456,
    )


async def test_where_the_fund_sum_holds_the_account_the_his_is_told_the_fund_alone(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    figures = stays.insured_figures(PlanNo("JS1"), NO, BILL, "SETL0001")
    assert figures.insurance is not None
    guangdong = dataclasses.replace(figures.insurance, fund_total=Money(90_000))

    told = await posted(scripted, hospital, dataclasses.replace(figures, insurance=guangdong))

    assert told.insurance.pooled_fund_fen == 80_000


async def test_a_payer_funded_by_two_steps_is_one_share(
    scripted: ScriptedHis, hospital: GrpcHospital
) -> None:
    figures = dataclasses.replace(
        stays.self_pay_figures(PlanNo("JS1"), NO, BILL),
        shares=(
            Share(Payer.REDUCTION, Money(3_000), "reduce"),
            Share(Payer.DEPOSIT, Money(120_000), "post_to_his"),
            Share(Payer.REDUCTION, Money(456), "reduce_again"),
        ),
    )

    told = await posted(scripted, hospital, figures)

    assert [(share.payer, share.amount_fen) for share in told.shares] == [
        ("reduction", 3_456),
        ("deposit", 120_000),
    ]
    assert not told.HasField("insurance")


@pytest.mark.parametrize(
    ("use", "kind"),
    [
        (NumberUse.LOCK, 1),
        (NumberUse.SETTLEMENT, 2),
        (NumberUse.CANCELLATION, 3),
        (NumberUse.DEPOSIT, 4),
        (NumberUse.DEPOSIT_RETURN, 5),
    ],
)
async def test_a_number_is_asked_for_with_its_kind(
    scripted: ScriptedHis, hospital: GrpcHospital, use: NumberUse, kind: int
) -> None:
    scripted.replies["QueryPosting"] = wire.QueryPostingResponse(state=wire.POSTING_STATE_NOT_FOUND)

    found = await hospital.find("JS1", use)

    asked = wire.QueryPostingRequest.FromString(scripted.seen[0].message)
    assert (asked.number, asked.kind) == ("JS1", kind)
    assert not found.found
