"""How one fee line splits into own pay, over the limit, pre-selfpay and in scope (identity F)."""

from decimal import Decimal

import pytest

from tests.simulators.insurance.designated_institution import (
    BED,
    BLOOD,
    CLIP,
    INFUSION_SET,
    MRI,
    PUMP,
    STATIN,
    Hospital,
    Item,
)

PARTS = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")


@pytest.mark.parametrize(
    ("item", "cnt", "amount", "parts"),
    [
        # 甲 without ceiling: all in scope.
        (INFUSION_SET, "3", "9.83", ("0", "0", "0", "9.83")),  # 9.825, the half goes up
        # 乙: 3 x 5.633333 = 16.899999 -> 16.90; 10 % = 1.69
        (STATIN, "3", "16.90", ("0", "0", "1.69", "15.21")),
        # ceiling: 2 x 8.00 over
        (BED, "2", "96.00", ("0", "16.00", "0", "80.00")),
        # 乙 with ceiling: 2 x 18.00 over, 30 % of 300.00
        (CLIP, "2", "336.00", ("0", "36.00", "90.00", "210.00")),
        # 540.00 over a ceiling of 500.00, 20 % of the rest
        (MRI, "1", "540.00", ("0", "40.00", "100.00", "400.00")),
        # 丙: own pay whole
        (PUMP, "1", "620.00", ("620.00", "0", "0", "0")),
    ],
)
def test_a_line_splits_into_the_four_parts(
    hospital: Hospital, item: Item, cnt: str, amount: str, parts: tuple[str, ...]
) -> None:
    stay = hospital.admitted()
    (row,) = hospital.uploaded(stay, (item, cnt, amount))
    assert tuple(row[name] for name in PARTS) == tuple(Decimal(part) for part in parts)
    assert sum(row[name] for name in PARTS) == row["det_item_fee_sumamt"] == Decimal(amount)


def test_a_return_line_is_the_mirror_of_what_it_returns(hospital: Hospital) -> None:
    # 1 x 5.633333 = 5.63, 10 % = 0.563 -> 0.56, in scope 5.07; the return is minus each of it
    stay = hospital.admitted()
    hospital.uploaded(stay, (STATIN, "3", "16.90"))
    back = hospital.line(stay, STATIN, "-1", "-5.63", init_feedetl_sn="1")
    (row,) = hospital.call("2301", {"feedetail": [back]}).output["result"]
    assert [row[name] for name in PARTS] == [0, 0, Decimal("-0.56"), Decimal("-5.07")]


def test_use_the_hospital_did_not_approve_is_own_pay(hospital: Hospital) -> None:
    stay = hospital.admitted()
    hospital.act(
        "catalogue",
        {
            "items": [
                {
                    "med_list_codg": "XLIMITED",
                    "name": "限制用药",
                    "med_chrgitm_type": "09",
                    "chrgitm_lv": "01",
                    "selfpay_prop": "0",
                    "lmt_used_flag": "1",
                }
            ]
        },
    )
    limited, free = ("XLIMITED", "10.00"), BLOOD
    rows = [
        hospital.line(stay, limited, "1", "10.00", hosp_appr_flag="1"),
        hospital.line(stay, limited, "1", "10.00", hosp_appr_flag="0"),
        hospital.line(stay, free, "1", "18.60", hosp_appr_flag="2"),
        hospital.line(stay, free, "1", "18.60", hosp_appr_flag="1"),
    ]
    result = hospital.call("2301", {"feedetail": rows}).output["result"]
    assert [row["fulamt_ownpay_amt"] for row in result] == [
        Decimal(0),
        Decimal("10.00"),
        Decimal("18.60"),
        Decimal(0),
    ]
