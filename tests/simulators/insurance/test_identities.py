"""Identities A to F on the wire over a seeded crowd of stays: whatever comes, it adds up."""

import random
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from tests.simulators.insurance.designated_institution import (
    ANGELICA,
    BED,
    CIVIL_SERVANT,
    CLIP,
    CT,
    EMPLOYEE,
    GENE_TEST,
    INFUSION_SET,
    MRI,
    RESIDENT,
    RETIREE,
    STATIN,
    SURGERY,
    Hospital,
)

ITEMS = (ANGELICA, BED, CLIP, CT, GENE_TEST, INFUSION_SET, MRI, STATIN, SURGERY)
FUNDS = (
    "hifp_pay",
    "cvlserv_pay",
    "hifes_pay",
    "hifmi_pay",
    "hifob_pay",
    "maf_pay",
    "oth_pay",
    "hifdm_pay",
)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def some_lines(
    hospital: Hospital, stay: tuple[str, str], dice: random.Random
) -> list[dict[str, Any]]:
    """Up to eight lines of odd counts and prices, some returned in part."""
    lines = []
    for _ in range(dice.randint(1, 8)):
        code = dice.choice(ITEMS)[0]
        cnt = Decimal(dice.randint(2, 400_000)) / 10_000
        pric = Decimal(dice.randint(1, 900_000_000)) / 1_000_000
        line = hospital.line(stay, (code, str(pric)), str(cnt), str(cents(cnt * pric)))
        lines.append(line)
        if dice.random() < 0.3:
            back = -cents(cnt / 2)
            if back:
                lines.append(
                    hospital.line(
                        stay,
                        (code, str(pric)),
                        str(back),
                        str(cents(back * pric)),
                        init_feedetl_sn=line["feedetl_sn"],
                    )
                )
    return lines


def require_line_identity(row: dict[str, Any]) -> None:
    """F."""
    assert row["det_item_fee_sumamt"] == cents(row["cnt"] * row["pric"])
    assert row["det_item_fee_sumamt"] == (
        row["fulamt_ownpay_amt"] + row["overlmt_amt"] + row["preselfpay_amt"] + row["inscp_scp_amt"]
    )


def require_settlement_identities(output: dict[str, Any], fund_holds_account: bool) -> None:
    """A to E; in Guangdong the fund total is read without the account it contains."""
    one = output["setlinfo"]
    fund = one["fund_pay_sumamt"] - (one["acct_pay"] if fund_holds_account else 0)
    assert one["medfee_sumamt"] == (
        one["fulamt_ownpay_amt"]
        + one["overlmt_selfpay"]
        + one["preselfpay_amt"]
        + one["inscp_scp_amt"]
    )
    assert one["medfee_sumamt"] == fund + one["psn_part_amt"] + one["hosp_part_amt"]
    assert one["psn_part_amt"] == one["acct_pay"] + one["psn_cash_pay"]
    assert fund == sum(one[name] for name in FUNDS)
    shares = sum(row["fund_payamt"] for row in output["setldetail"])
    assert shares == fund + one["acct_pay"] + one["hosp_part_amt"]


@pytest.mark.parametrize(
    "region",
    [{}, {"fund_includes_personal_account": True}, {"hospital_bears_overlimit": True}],
    ids=["default", "guangdong", "hospital bears"],
)
def test_identities_hold_for_every_line_settlement_and_cancellation(
    open_centre: Callable[..., Hospital], region: dict[str, bool]
) -> None:
    hospital = open_centre(**region)
    dice = random.Random(20260105)
    guangdong = region.get("fund_includes_personal_account", False)
    for number in range(25):
        psn_no = dice.choice((EMPLOYEE, RETIREE, RESIDENT, CIVIL_SERVANT))
        hospital.person(
            psn_no,
            balc_fen=dice.choice((0, 1, 12_345, 9_000_000)),
            family_balc_fen=dice.choice((0, 777)),
            medical_aid=dice.random() < 0.3,
            pool_used_fen=dice.choice((0, 19_999_000, 39_999_999)),
        )
        stay = hospital.admitted(psn_no)
        lines = some_lines(hospital, stay, dice)
        for row in hospital.call("2301", {"feedetail": lines}).output["result"]:
            require_line_identity(row)
        hospital.call("2402", hospital.discharge_input(stay))
        medfee = sum(Decimal(line["det_item_fee_sumamt"]) for line in lines)
        asked = hospital.settling(stay, str(medfee), acct_used_flag=dice.choice("012"))
        settled = hospital.call("2304", asked).output
        require_settlement_identities(settled, guangdong)
        assert settled["setlinfo"]["medfee_sumamt"] == medfee
        if number % 3 == 0:
            undone = hospital.cancelled(stay, settled["setlinfo"]["setl_id"]).output
            require_settlement_identities(undone, guangdong)
            again = hospital.call("2304", asked).output
            assert again["setlinfo"]["psn_cash_pay"] == settled["setlinfo"]["psn_cash_pay"]
