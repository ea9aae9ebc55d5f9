"""What the insurer answered to a (pre-)settlement, and the identities its amounts must satisfy.

Identities A to G are those of reference/insurance.md §2.8, checked there on real messages.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from domain.insurance.profile import InsuranceProfile
from domain.money import ZERO, Money, total
from domain.plan.shares import Payer, Share


@dataclass(frozen=True, slots=True)
class FundPart:
    """One row of the settlement's detail (基金分项): a fund, the account or the hospital."""

    fund_type: str  # fund_pay_type
    amount: Money
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """结算信息 setlinfo. Wire names stand beside the fields."""

    total: Money  # medfee_sumamt 医疗费总额
    own_expense: Money  # fulamt_ownpay_amt 全自费
    over_limit: Money  # overlmt_selfpay 超限价
    pre_self_pay: Money  # preselfpay_amt 先行自付
    in_scope: Money  # inscp_scp_amt 符合政策范围
    deductible: Money = ZERO  # act_pay_dedc 起付线
    basic_fund: Money = ZERO  # hifp_pay 基本统筹
    civil_servant_fund: Money = ZERO  # cvlserv_pay 公务员补助
    enterprise_fund: Money = ZERO  # hifes_pay 企业补充
    major_illness_fund: Money = ZERO  # hifmi_pay 居民大病
    large_amount_fund: Money = ZERO  # hifob_pay 职工大额
    medical_aid_fund: Money = ZERO  # maf_pay 医疗救助
    disabled_fund: Money = ZERO  # hifdm_pay 伤残保障
    other_fund: Money = ZERO  # oth_pay 其他
    fund_total: Money  # fund_pay_sumamt 基金支付总额
    personal_total: Money | None  # psn_part_amt 个人负担; null in some regions
    personal_account: Money  # acct_pay 个人账户 (mutual aid lies inside)
    mutual_aid: Money = ZERO  # acct_mulaid_pay 共济, inside personal_account
    cash: Money  # psn_cash_pay 个人现金
    hospital_borne: Money | None  # hosp_part_amt 医院负担; null in some regions
    account_balance: Money = ZERO  # balc
    parts: tuple[FundPart, ...] = ()  # setldetail
    registration_no: str  # mdtrt_id
    settlement_id: str = ""  # setl_id; empty in a pre-settlement
    our_message_no: str = ""  # medins_setl_id: the msgid of our request
    settled_at: datetime | None = None
    clearing_type: str = ""  # clr_type
    clearing_office: str = ""  # clr_optins

    def pooled_fund(self, profile: InsuranceProfile) -> Money:
        """What the funds alone bear, whatever the region counts into its fund sum."""
        if profile.fund_includes_personal_account:
            return self.fund_total - self.personal_account
        return self.fund_total

    def breaches(self, profile: InsuranceProfile) -> tuple[str, ...]:
        """The identities that do not hold, each with both sides in fen; empty when all hold."""
        hospital = self.hospital_borne or ZERO
        fund = self.pooled_fund(profile)
        scope = self.own_expense + self.over_limit + self.pre_self_pay + self.in_scope
        funds = total(
            (
                self.basic_fund,
                self.civil_servant_fund,
                self.enterprise_fund,
                self.major_illness_fund,
                self.large_amount_fund,
                self.medical_aid_fund,
                self.disabled_fund,
                self.other_fund,
            )
        )
        personal = self.personal_total
        checks = [("A", self.total, scope), ("D", fund, funds)]
        if personal is not None:
            checks.append(("B", self.total, fund + personal + hospital))
            checks.append(("C", personal, self.personal_account + self.cash))
        else:
            checks.append(("B", self.total, fund + self.personal_account + self.cash + hospital))
        if self.parts:
            parts = total(part.amount for part in self.parts)
            checks.append(("E", parts, fund + self.personal_account + hospital))
        return tuple(f"{name}: {a.fen} ≠ {b.fen}" for name, a, b in checks if a != b)

    def shares(self, profile: InsuranceProfile, funded_by: str) -> tuple[Share, ...]:
        """Who bears the insured part: funds, account, hospital; the rest is the patient's cash.

        A negative part is nobody's to bear: it counts as nothing here, and so stays unexplained.
        """
        return (
            Share(Payer.POOLED_FUND, max(self.pooled_fund(profile), ZERO), funded_by),
            Share(Payer.PERSONAL_ACCOUNT, max(self.personal_account, ZERO), funded_by),
            Share(Payer.HOSPITAL_BORNE, max(self.hospital_borne or ZERO, ZERO), funded_by),
        )

    def negated(self) -> "Breakdown":
        """The same figures with the other sign: what cancelling them must answer."""
        amounts = {
            f.name: -value
            for f in fields(self)
            if isinstance(value := getattr(self, f.name), Money) and f.name != "account_balance"
        }
        parts = tuple(replace(part, amount=-part.amount) for part in self.parts)
        return replace(self, parts=parts, **amounts)  # type: ignore[arg-type] # Money fields only

    def reversal_of(self, original: "Breakdown") -> bool:
        """Whether this cancels the original: every amount exactly minus the other's."""
        mine = (self.total, self.fund_total, self.personal_account, self.cash)
        theirs = (original.total, original.fund_total, original.personal_account, original.cash)
        return all(a == -b for a, b in zip(mine, theirs, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """One uploaded charge as the insurer split it (identity F)."""

    line_no: str  # feedetl_sn
    amount: Money  # det_item_fee_sumamt
    own_expense: Money = ZERO
    over_limit: Money = ZERO
    pre_self_pay: Money = ZERO
    in_scope: Money = ZERO
    level: str = ""  # chrgitm_lv 甲乙丙
    remark: str = ""

    @property
    def consistent(self) -> bool:
        """Identity F: the line's parts sum to its amount."""
        return self.amount == self.own_expense + self.over_limit + self.pre_self_pay + self.in_scope


def inconsistent_lines(lines: Iterable[PricedLine]) -> tuple[str, ...]:
    """Line numbers whose parts do not sum to their amount."""
    return tuple(line.line_no for line in lines if not line.consistent)
