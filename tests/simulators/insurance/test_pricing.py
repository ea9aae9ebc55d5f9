"""What the insurer pays, worked out by hand from the policy in the simulator's README.

Tertiary hospital: deductible 在职 800, 退休 600, 居民 1000, half of it for a later stay of the
year; pooled 85 %, 90 %, 65 %, ten points less for materials (08), five more for herbs (10);
the deductible eats the charge classes in the order of their codes; every rule rounds half up
once.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.simulators.insurance.designated_institution import (
    ANAESTHESIA,
    ANGELICA,
    BED,
    BLOOD,
    CEFUROXIME,
    CIVIL_SERVANT,
    CLIP,
    CT,
    EMPLOYEE,
    GENE_TEST,
    INFUSION_SET,
    MRI,
    PUMP,
    RESIDENT,
    RETIREE,
    STATIN,
    SURGERY,
    Hospital,
    Item,
)


def settled_as(
    hospital: Hospital,
    psn_no: str,
    medfee: str,
    *lines: tuple[Item, str, str],
    acct_used_flag: str = "0",
) -> dict[str, Decimal]:
    """Uploads, pre-settles, settles; both agree and add up. Shares stand under their fund type."""
    stay = hospital.discharged(psn_no, *lines)
    asked = hospital.settling(stay, medfee, acct_used_flag=acct_used_flag)
    before = hospital.call("2303", asked).output
    after = hospital.call("2304", asked).output
    amounts = require_identities(after)
    for name, amount in require_identities(before).items():
        if isinstance(amount, Decimal):
            assert amounts[name] == amount, name
    return amounts


def require_identities(output: dict[str, Any]) -> dict[str, Decimal]:
    """A to E of the reference (2.8) on one settlement output."""
    one = output["setlinfo"]
    assert one["medfee_sumamt"] == (
        one["fulamt_ownpay_amt"]
        + one["overlmt_selfpay"]
        + one["preselfpay_amt"]
        + one["inscp_scp_amt"]
    )
    assert one["medfee_sumamt"] == (
        one["fund_pay_sumamt"] + one["psn_part_amt"] + one["hosp_part_amt"]
    )
    assert one["psn_part_amt"] == one["acct_pay"] + one["psn_cash_pay"]
    funds = "hifp_pay cvlserv_pay hifes_pay hifmi_pay hifob_pay maf_pay oth_pay hifdm_pay"
    assert one["fund_pay_sumamt"] == sum(one[name] for name in funds.split())
    shares = {row["fund_pay_type"]: row["fund_payamt"] for row in output["setldetail"]}
    assert len(shares) == len(output["setldetail"])
    assert sum(shares.values()) == (one["fund_pay_sumamt"] + one["acct_pay"] + one["hosp_part_amt"])
    assert 0 <= one["acct_mulaid_pay"] <= one["acct_pay"]
    return {**one, **shares}


def expect(amounts: dict[str, Decimal], **figures: str) -> None:
    for name, figure in figures.items():
        assert amounts[name.removeprefix("type_")] == Decimal(figure), name


def test_an_employee_whose_account_is_short_pays_the_rest_in_cash(hospital: Hospital) -> None:
    # surgery      2860.00 x 5 % pre-selfpay = 143.00, in scope 2717.00        (06)
    # anaesthesia   980.00 in scope                                            (06)
    # bed 5 x 48    240.00, over the ceiling 5 x 8 = 40.00, in scope 200.00    (01)
    # cefuroxime    6 x 11.4860 = 68.916 -> 68.92 in scope                     (09)
    # infusion set  10 x 3.2750 = 32.75 in scope                               (08)
    # total 4181.67 = 0 + 40.00 + 143.00 + 3998.67
    # deductible 800: all 200.00 of 01, then 600.00 of 06 (3697.00 -> 3097.00)
    # pool 3097.00 x .85 = 2632.45; 32.75 x .75 = 24.5625 -> 24.56; 68.92 x .85 = 58.582 -> 58.58
    #      together 2715.59; personal 4181.67 - 2715.59 = 1466.08 = account 500.00 + cash 966.08
    hospital.person(EMPLOYEE, balc_fen=500_00)
    amounts = settled_as(
        hospital,
        EMPLOYEE,
        "4181.67",
        (SURGERY, "1", "2860.00"),
        (ANAESTHESIA, "1", "980.00"),
        (BED, "5", "240.00"),
        (CEFUROXIME, "6", "68.92"),
        (INFUSION_SET, "10", "32.75"),
        acct_used_flag="1",
    )
    expect(
        amounts,
        medfee_sumamt="4181.67",
        fulamt_ownpay_amt="0.00",
        overlmt_selfpay="40.00",
        preselfpay_amt="143.00",
        inscp_scp_amt="3998.67",
        act_pay_dedc="800.00",
        pool_prop_selfpay="0.85",
        hifp_pay="2715.59",
        psn_part_amt="1466.08",
        acct_pay="500.00",
        psn_cash_pay="966.08",
        balc="0.00",
        type_310100="2715.59",
        type_310200="500.00",
    )
    assert hospital.balance(EMPLOYEE) == 0


def test_a_retiree_on_a_later_stay_pays_half_the_deductible(hospital: Hospital) -> None:
    # MRI          540.00, over 40.00, 20 % of 500.00 = 100.00, in scope 400.00            (03)
    # statin       28 x 5.633333 = 157.733324 -> 157.73, 10 % = 15.773 -> 15.77, in 141.96 (09)
    # angelica     150 x 0.3125 = 46.875 -> 46.88 in scope                                 (10)
    # total 744.61 = 0 + 40.00 + 115.77 + 588.84; deductible 600 / 2 = 300 of 03 -> 100.00
    # pool 100.00 x .90 = 90.00; 141.96 x .90 = 127.764 -> 127.76; 46.88 x .95 = 44.536 -> 44.54
    #      together 262.30; personal 482.31, all from an account of 500.00, which keeps 17.69
    hospital.person(RETIREE, first_stay=False)
    amounts = settled_as(
        hospital,
        RETIREE,
        "744.61",
        (MRI, "1", "540.00"),
        (STATIN, "28", "157.73"),
        (ANGELICA, "150", "46.88"),
        acct_used_flag="1",
    )
    expect(
        amounts,
        overlmt_selfpay="40.00",
        preselfpay_amt="115.77",
        inscp_scp_amt="588.84",
        act_pay_dedc="300.00",
        hifp_pay="262.30",
        acct_pay="482.31",
        psn_cash_pay="0.00",
        balc="17.69",
    )


def test_a_resident_pays_everything_the_pool_leaves_in_cash(hospital: Hospital) -> None:
    # CT 2 x 230     460.00, 10 % = 46.00, in scope 414.00        (03)
    # blood 3 x 18.60 55.80 in scope                              (04)
    # surgery       2860.00, 5 % = 143.00, in scope 2717.00       (06)
    # total 3375.80 = 0 + 0 + 189.00 + 3186.80
    # deductible 1000: 414.00 of 03, 55.80 of 04, 530.20 of 06 -> 2186.80
    # pool 2186.80 x .65 = 1421.42; cash 3375.80 - 1421.42 = 1954.38
    amounts = settled_as(
        hospital,
        RESIDENT,
        "3375.80",
        (CT, "2", "460.00"),
        (SURGERY, "1", "2860.00"),
        (BLOOD, "3", "55.80"),
        acct_used_flag="1",
    )
    expect(
        amounts,
        preselfpay_amt="189.00",
        inscp_scp_amt="3186.80",
        act_pay_dedc="1000.00",
        hifp_pay="1421.42",
        type_390100="1421.42",
        acct_pay="0.00",
        psn_cash_pay="1954.38",
    )
    assert "310100" not in amounts


def test_a_deductible_larger_than_the_scope_leaves_the_pool_nothing(hospital: Hospital) -> None:
    # blood 2 x 18.60 = 37.20 and bed 48.00 (over 8.00, in scope 40.00): scope 77.20 < 1000
    # the deductible is only what there is: 77.20; pool 0; cash 37.20 + 48.00 = 85.20
    amounts = settled_as(hospital, RESIDENT, "85.20", (BLOOD, "2", "37.20"), (BED, "1", "48.00"))
    expect(
        amounts,
        act_pay_dedc="77.20",
        inscp_scp_amt="77.20",
        overlmt_selfpay="8.00",
        fund_pay_sumamt="0.00",
        type_390100="0.00",
        psn_cash_pay="85.20",
    )


def test_above_the_yearly_ceiling_the_large_amount_fund_pays_ninety_percent(
    hospital: Hospital,
) -> None:
    # 400 000 less 399 000 used elsewhere leaves 1000.00
    # surgery 2 x 2860 = 5720.00, 5 % = 286.00, in scope 5434.00, less 800 = 4634.00
    # wanted 4634.00 x .85 = 3938.90; pool 1000.00; 2938.90 x .90 = 2645.01 大额
    # personal 5720.00 - 3645.01 = 2074.99
    hospital.person(EMPLOYEE, pool_used_fen=399_000_00)
    amounts = settled_as(hospital, EMPLOYEE, "5720.00", (SURGERY, "2", "5720.00"))
    expect(
        amounts,
        hifp_pay="1000.00",
        hifob_pay="2645.01",
        fund_pay_sumamt="3645.01",
        type_330100="2645.01",
        psn_cash_pay="2074.99",
    )


def test_a_resident_above_the_ceiling_gets_serious_illness_cover(hospital: Hospital) -> None:
    # 200 000 less 199 000 leaves 1000.00; surgery 10 x 2860 = 28600.00, 5 % = 1430.00
    # in scope 27170.00, less 1000 = 26170.00 x .65 = 17010.50 wanted, pool 1000.00
    # burden in scope 27170 - 1000 = 26170.00; 大病 (26170 - 14000) x .60 = 7302.00
    # personal 28600 - 8302 = 20298.00
    hospital.person(RESIDENT, pool_used_fen=199_000_00)
    amounts = settled_as(hospital, RESIDENT, "28600.00", (SURGERY, "10", "28600.00"))
    expect(
        amounts,
        hifp_pay="1000.00",
        hifmi_pay="7302.00",
        hifob_pay="0.00",
        type_390200="7302.00",
        psn_cash_pay="20298.00",
    )


def test_a_civil_servant_gets_half_of_the_rest_beyond_the_deductible(hospital: Hospital) -> None:
    # anaesthesia 3 x 980 = 2940.00, less 800 = 2140.00 x .85 = 1819.00
    # burden 2940 - 1819 = 1121.00; (1121 - 800) x .50 = 160.50; personal 960.50 from the account
    amounts = settled_as(
        hospital, CIVIL_SERVANT, "2940.00", (ANAESTHESIA, "3", "2940.00"), acct_used_flag="1"
    )
    expect(
        amounts,
        hifp_pay="1819.00",
        cvlserv_pay="160.50",
        type_320100="160.50",
        fund_pay_sumamt="1979.50",
        acct_pay="960.50",
        psn_cash_pay="0.00",
        balc="7039.50",
    )


CLASS_C_STAY = (
    (GENE_TEST, "1", "1280.00"),
    (PUMP, "1", "620.00"),
    (CLIP, "3", "504.00"),
    (ANAESTHESIA, "1", "980.00"),
)


def test_uncovered_items_and_prices_over_the_limit_are_the_patients(hospital: Hospital) -> None:
    # gene test 1280.00 and pump 620.00 are 丙: own pay 1900.00
    # clips 3 x 168 = 504.00, over 3 x 18 = 54.00, 30 % of 450.00 = 135.00, in scope 315.00 (08)
    # anaesthesia 980.00 (06); total 3384.00 = 1900.00 + 54.00 + 135.00 + 1295.00
    # deductible 800 of 06 -> 180.00 x .85 = 153.00; 315.00 x .75 = 236.25; pool 389.25
    # personal 3384.00 - 389.25 = 2994.75
    amounts = settled_as(hospital, EMPLOYEE, "3384.00", *CLASS_C_STAY)
    expect(
        amounts,
        fulamt_ownpay_amt="1900.00",
        overlmt_selfpay="54.00",
        preselfpay_amt="135.00",
        inscp_scp_amt="1295.00",
        hifp_pay="389.25",
        hosp_part_amt="0.00",
        psn_cash_pay="2994.75",
    )


def test_where_the_hospital_bears_the_price_over_the_limit_the_patient_does_not(
    open_centre: Callable[..., Hospital],
) -> None:
    # as above, but the 54.00 over the limit is the hospital's: personal 2994.75 - 54.00 = 2940.75
    hospital = open_centre(hospital_bears_overlimit=True)
    amounts = settled_as(hospital, EMPLOYEE, "3384.00", *CLASS_C_STAY)
    expect(
        amounts,
        overlmt_selfpay="54.00",
        hosp_part_amt="54.00",
        type_999996="54.00",
        psn_part_amt="2940.75",
        psn_cash_pay="2940.75",
    )


def test_a_returned_line_takes_its_share_out_again(hospital: Hospital) -> None:
    # cefuroxime 6 x 11.4860 = 68.916 -> 68.92; 2 back: 22.972 -> -22.97; 45.95 left (09)
    # anaesthesia 980.00 (06); total 1025.95, deductible 800 of 06 -> 180.00 x .85 = 153.00
    # 45.95 x .85 = 39.0575 -> 39.06; pool 192.06; personal 833.89
    stay = hospital.admitted(EMPLOYEE)
    first = hospital.line(stay, CEFUROXIME, "6", "68.92")
    back = hospital.line(stay, CEFUROXIME, "-2", "-22.97", init_feedetl_sn=first["feedetl_sn"])
    other = hospital.line(stay, ANAESTHESIA, "1", "980.00")
    rows = hospital.call("2301", {"feedetail": [first, back, other]}).output["result"]
    assert rows[1]["inscp_scp_amt"] == Decimal("-22.97")
    hospital.call("2402", hospital.discharge_input(stay))
    asked = hospital.settling(stay, "1025.95")
    amounts = require_identities(hospital.call("2303", asked).output)
    expect(amounts, inscp_scp_amt="1025.95", hifp_pay="192.06", psn_cash_pay="833.89")


def test_family_aid_pays_after_the_own_account_and_lies_inside_acct_pay(
    hospital: Hospital,
) -> None:
    # blood 10 x 18.60 = 186.00, all of it deductible; own account 100.00, then family 50.00
    # acct_pay 150.00 (50.00 of it 共济), cash 36.00
    hospital.person(EMPLOYEE, balc_fen=100_00, family_balc_fen=50_00)
    amounts = settled_as(hospital, EMPLOYEE, "186.00", (BLOOD, "10", "186.00"), acct_used_flag="2")
    expect(
        amounts,
        acct_pay="150.00",
        acct_mulaid_pay="50.00",
        psn_cash_pay="36.00",
        balc="0.00",
        type_310200="150.00",
    )


def test_medical_aid_pays_seventy_percent_of_what_is_left_in_scope(hospital: Hospital) -> None:
    # anaesthesia 2 x 980 = 1960.00, less 1000 = 960.00 x .65 = 624.00
    # burden 1336.00 x .70 = 935.20; personal 1960.00 - 1559.20 = 400.80
    hospital.person(RESIDENT, medical_aid=True)
    amounts = settled_as(hospital, RESIDENT, "1960.00", (ANAESTHESIA, "2", "1960.00"))
    expect(amounts, hifp_pay="624.00", maf_pay="935.20", type_610100="935.20")
    expect(amounts, psn_cash_pay="400.80")


def test_the_second_stay_of_a_year_pays_half_until_the_first_is_cancelled(
    hospital: Hospital,
) -> None:
    # 980.00 - 800 = 180.00 x .85 = 153.00; then 980.00 - 400 = 580.00 x .85 = 493.00
    first = hospital.discharged(EMPLOYEE, (ANAESTHESIA, "1", "980.00"))
    settled = hospital.settled(first, "980.00")
    assert settled["hifp_pay"] == Decimal("153.00")
    second = hospital.discharged(EMPLOYEE, (ANAESTHESIA, "1", "980.00"))
    asked = hospital.settling(second, "980.00")
    assert hospital.call("2303", asked).output["setlinfo"]["hifp_pay"] == Decimal("493.00")
    hospital.cancelled(first, settled["setl_id"])
    assert hospital.call("2303", asked).output["setlinfo"]["hifp_pay"] == Decimal("153.00")
