"""待遇政策: how the centre prices a line and a settlement. Its own rules, made up for tests.

All amounts are fen. Each rule that needs rounding rounds once, half up (a half away from zero):
a line's total, its over-ceiling part, its pre-selfpay; each charge class's pooled payment; the
large-amount, serious-illness, civil-servant and medical-aid payments. All else is sums.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from simulators.insurance.nhsa_core.amounts import HUNDRED, half_up
from simulators.insurance.nhsa_core.breakdown import Breakdown, LineSplit
from simulators.insurance.nhsa_core.catalogue import NO_LIMIT, CatalogueItem

# 起付线 of a first stay by group, then 医保结算等级 (3 is a tertiary hospital).
DEDUCTIBLE = {
    "active": {"3": 800_00, "2": 500_00, "1": 300_00},
    "retired": {"3": 600_00, "2": 400_00, "1": 200_00},
    "resident": {"3": 1000_00, "2": 600_00, "1": 300_00},
}
LATER_STAY_DIVISOR = 2  # a later stay of the year pays half the deductible

# 统筹支付比例, and what single charge classes (收费项目类别) add or take away.
POOL_RATIO = {"active": Decimal("0.85"), "retired": Decimal("0.90"), "resident": Decimal("0.65")}
CLASS_RATIO_CHANGE = {"08": Decimal("-0.10"), "10": Decimal("0.05")}  # 卫生材料, 中药饮片

POOL_CEILING = {"active": 400_000_00, "retired": 400_000_00, "resident": 200_000_00}  # a year
LARGE_AMOUNT_RATIO = Decimal("0.90")  # 大额: of what the ceiling kept the pooled fund from paying
SERIOUS_ILLNESS_START = 14_000_00  # 大病: in-scope burden of this stay from which it pays
SERIOUS_ILLNESS_RATIO = Decimal("0.60")
CIVIL_SERVANT_RATIO = Decimal("0.50")  # 公务员: of the in-scope burden beyond the deductible
MEDICAL_AID_RATIO = Decimal("0.70")  # 医疗救助: of the in-scope burden still left


@dataclass(frozen=True, slots=True)
class PricedLine:
    """What a settlement needs of one fee line."""

    med_chrgitm_type: str
    amount: int
    split: LineSplit


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the insured person brings to this settlement."""

    group: str  # active | retired | resident
    hospital_level: str
    first_stay: bool
    pool_used: int  # of this year's ceiling, before this settlement
    civil_servant: bool
    medical_aid: bool
    acct_used_flag: str  # 0 no, 1 own account, 2 own account, then the family's
    balance: int
    family_balance: int
    pool_ceiling: int
    hospital_bears_overlimit: bool


def line_amount(cnt: Decimal, pric: Decimal) -> int:
    """cnt × pric in fen, the first half of identity F."""
    return half_up(cnt * pric * HUNDRED)


def split_line(item: CatalogueItem, cnt: Decimal, pric: Decimal, hosp_appr_flag: str) -> LineSplit:
    """One line in four parts. 丙类 and unapproved use are own pay as a whole; otherwise first the
    part over the price ceiling, then 乙类's pre-selfpay of the rest; what remains is in scope.
    """
    amount = line_amount(cnt, pric)
    if item.chrgitm_lv == "03" or not _approved(item.lmt_used_flag, hosp_appr_flag):
        return LineSplit(amount, 0, 0, 0)
    over = Decimal(0)
    if item.pric_uplmt_amt != NO_LIMIT:
        over = max(Decimal(0), pric - item.pric_uplmt_amt)
    overlimit = half_up(cnt * over * HUNDRED)
    pre_selfpay = half_up((amount - overlimit) * item.selfpay_prop)
    return LineSplit(0, overlimit, pre_selfpay, amount - overlimit - pre_selfpay)


def settle(lines: Iterable[PricedLine], person: Entitlement) -> Breakdown:
    """The whole bill, share by share. 2303 and 2304 both call this and nothing else."""
    lines = list(lines)
    total = sum(line.amount for line in lines)
    scope = sum(line.split.inscp_scp_amt for line in lines)
    overlimit = sum(line.split.overlmt_amt for line in lines)
    deductible = min(max(scope, 0), _deductible(person))
    funds = _funds(scope, deductible, _pooled(lines, deductible, person.group), person)
    hospital = max(0, overlimit) if person.hospital_bears_overlimit else 0
    personal = total - funds.total - hospital
    own, family = _from_accounts(personal, person)
    breakdown = Breakdown(
        medfee_sumamt=total,
        fulamt_ownpay_amt=sum(line.split.fulamt_ownpay_amt for line in lines),
        overlmt_selfpay=overlimit,
        preselfpay_amt=sum(line.split.preselfpay_amt for line in lines),
        inscp_scp_amt=scope,
        act_pay_dedc=deductible,
        hifp_pay=funds.pool,
        hifob_pay=funds.large,
        hifmi_pay=funds.serious,
        cvlserv_pay=funds.civil,
        maf_pay=funds.aid,
        fund_pay_sumamt=funds.total,
        hosp_part_amt=hospital,
        psn_part_amt=personal,
        acct_pay=own + family,
        acct_mulaid_pay=family,
        psn_cash_pay=personal - own - family,
        balc=person.balance - own,
        pool_prop_selfpay=POOL_RATIO[person.group],
    )
    breakdown.require_identities()
    return breakdown


@dataclass(frozen=True, slots=True)
class _Funds:
    pool: int
    large: int
    serious: int
    civil: int
    aid: int

    @property
    def total(self) -> int:
        return self.pool + self.large + self.serious + self.civil + self.aid


def _funds(scope: int, deductible: int, wanted: int, person: Entitlement) -> _Funds:
    """The funds in their order; each looks at what the ones before left to the patient."""
    pool = min(wanted, max(0, person.pool_ceiling - person.pool_used))
    burden = max(0, scope - pool)  # what the patient would bear of the in-scope amount
    large = serious = civil = 0
    if person.group == "resident":
        serious = half_up(max(0, burden - SERIOUS_ILLNESS_START) * SERIOUS_ILLNESS_RATIO)
    else:
        large = half_up((wanted - pool) * LARGE_AMOUNT_RATIO)
    burden -= large + serious
    if person.civil_servant:
        civil = half_up(max(0, burden - deductible) * CIVIL_SERVANT_RATIO)
        burden -= civil
    aid = half_up(burden * MEDICAL_AID_RATIO) if person.medical_aid else 0
    return _Funds(pool, large, serious, civil, aid)


def _approved(lmt_used_flag: str, hosp_appr_flag: str) -> bool:
    """An item of restricted use needs the hospital's approval; any item can be declined."""
    return hosp_appr_flag == "1" if lmt_used_flag == "1" else hosp_appr_flag != "2"


def _deductible(person: Entitlement) -> int:
    full = DEDUCTIBLE[person.group][person.hospital_level]
    return full if person.first_stay else full // LATER_STAY_DIVISOR


def _pooled(lines: list[PricedLine], deductible: int, group: str) -> int:
    """The deductible eats the classes in the order of their codes; each has its own ratio."""
    scope: dict[str, int] = defaultdict(int)
    for line in lines:
        scope[line.med_chrgitm_type] += line.split.inscp_scp_amt
    paid = 0
    for kind in sorted(scope):
        eaten = min(max(scope[kind], 0), deductible)
        deductible -= eaten
        ratio = POOL_RATIO[group] + CLASS_RATIO_CHANGE.get(kind, Decimal(0))
        paid += half_up((scope[kind] - eaten) * ratio)
    return max(0, paid)


def _from_accounts(personal: int, person: Entitlement) -> tuple[int, int]:
    """What the own account pays, and what the family's pays after it (共济)."""
    own = min(personal, person.balance) if person.acct_used_flag in ("1", "2") else 0
    family = min(personal - own, person.family_balance) if person.acct_used_flag == "2" else 0
    return own, family
