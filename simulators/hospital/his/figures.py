"""What the HIS recomputes of figures it is told: shares, insurance result and deposit must agree.

The rule for the patient's part is `due = psn_cash_pay + charges not uploaded − reduction ±
rounding`; the HIS knows of charges not uploaded at least those without an insurance code.
"""

from collections.abc import Iterable

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.hospital.his.records import Stay
from simulators.hospital.his.refusals import Malformed, Refused

# Who may bear a share; the last two may be below zero.
PAYERS = (
    "pooled_fund",
    "personal_account",
    "hospital_borne",
    "reduction",
    "deposit",
    "rounding",
    "unexplained",
)
SIGNED_PAYERS = frozenset({"rounding", "unexplained"})

Figures = wire.ConfirmPreSettlementRequest | wire.PostSettlementRequest


def shares_by_payer(shares: Iterable[wire.Share]) -> dict[str, int]:
    """Every payer with its fens, 0 when not named; an unknown or repeated payer is malformed."""
    borne: dict[str, int] = {}
    for index, share in enumerate(shares):
        if share.payer not in PAYERS:
            raise Malformed(f"shares[{index}].payer", f"{share.payer!r} is not one of {PAYERS}")
        if share.payer in borne:
            raise Malformed(f"shares[{index}].payer", f"{share.payer!r} is named twice")
        borne[share.payer] = share.amount_fen
    return {payer: borne.get(payer, 0) for payer in PAYERS}


def check_figures(reason: str, figures: Figures, stay: Stay, deposit_fen: int) -> None:
    """Refuses under `reason` the first of the figures that cannot be true."""
    borne = shares_by_payer(figures.shares)
    for payer, amount in borne.items():
        if amount < 0 and payer not in SIGNED_PAYERS:
            raise Refused(reason, f"the share of {payer} is negative", amount_fen=amount)
    if sum(borne.values()) != figures.total_fen:
        raise Refused(
            reason,
            "the shares do not sum to the total",
            shares_fen=sum(borne.values()),
            total_fen=figures.total_fen,
        )
    if borne["deposit"] != deposit_fen:
        raise Refused(
            reason,
            "what comes out of the deposit is not the deposit's share",
            deposit_share_fen=borne["deposit"],
            deposit_fen=deposit_fen,
        )
    if figures.HasField("insurance"):
        _check_insurance(reason, figures.insurance, borne, stay)
    elif insured := borne["pooled_fund"] + borne["personal_account"] + borne["hospital_borne"]:
        raise Refused(reason, "insurance shares without an insurance result", insured_fen=insured)


def _check_insurance(
    reason: str, insurance: wire.InsuranceResult, borne: dict[str, int], stay: Stay
) -> None:
    if not insurance.registration_no:
        raise Malformed("insurance.registration_no", "is required")
    if stay.admission.fee_category == wire.FEE_CATEGORY_SELF_PAY:
        raise Refused(reason, "费别 is self-pay, yet an insurance result is given")
    told = {
        "pooled_fund": insurance.pooled_fund_fen,
        "personal_account": insurance.personal_account_fen,
        "hospital_borne": insurance.hospital_borne_fen,
    }
    for payer, amount in told.items():
        if borne[payer] != amount:
            raise Refused(
                reason,
                f"the share of {payer} is not the insurer's figure",
                share_fen=borne[payer],
                insurance_fen=amount,
            )
    uncoded = sum(
        charge.line.amount_fen
        for charge in stay.pending_charges()
        if not charge.line.insurance_code
    )
    patient_bears = borne["deposit"] + borne["reduction"] + borne["rounding"]
    if insurance.cash_fen < 0 or insurance.cash_fen + uncoded > patient_bears:
        raise Refused(
            reason,
            "deposit, reduction and rounding do not cover the insurer's cash figure"
            " and the charges without insurance code",
            cash_fen=insurance.cash_fen,
            uncoded_fen=uncoded,
            covered_fen=patient_bears,
        )
