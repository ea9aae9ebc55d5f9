"""Who bears a settlement's fen (结算分解), and the identities A–F that must hold to the fen.

Apart from the policy, because answers, books and statement files all read from it.
"""

from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Self


class IdentityBroken(AssertionError):
    """The policy produced figures that do not add up: a bug of the simulator."""


@dataclass(frozen=True, slots=True)
class LineSplit:
    """One fee line in the interface's four parts, in fen (identity F)."""

    fulamt_ownpay_amt: int
    overlmt_amt: int
    preselfpay_amt: int
    inscp_scp_amt: int

    @property
    def total(self) -> int:
        return self.fulamt_ownpay_amt + self.overlmt_amt + self.preselfpay_amt + self.inscp_scp_amt


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A settlement's amounts in fen, by the interface's names. `balc` is the state after it."""

    medfee_sumamt: int
    fulamt_ownpay_amt: int
    overlmt_selfpay: int
    preselfpay_amt: int
    inscp_scp_amt: int
    act_pay_dedc: int
    hifp_pay: int
    hifob_pay: int
    hifmi_pay: int
    cvlserv_pay: int
    maf_pay: int
    fund_pay_sumamt: int
    hosp_part_amt: int
    psn_part_amt: int
    acct_pay: int
    acct_mulaid_pay: int
    psn_cash_pay: int
    balc: int
    pool_prop_selfpay: Decimal
    # Funds this policy never draws on; the wire lists them all the same.
    hifes_pay: int = 0
    oth_pay: int = 0
    hifdm_pay: int = 0

    def negated(self, balc: int) -> Self:
        """The cancellation's amounts: each one exactly minus the original."""
        opposite = {
            one.name: -getattr(self, one.name)
            for one in fields(self)
            if one.name not in ("balc", "pool_prop_selfpay")
        }
        return replace(self, balc=balc, **opposite)

    def shifted_to_cash(self, fen: int) -> Self:
        """The same bill with `fen` less from the pooled fund and more from the patient's cash."""
        moved = replace(
            self,
            hifp_pay=self.hifp_pay - fen,
            fund_pay_sumamt=self.fund_pay_sumamt - fen,
            psn_part_amt=self.psn_part_amt + fen,
            psn_cash_pay=self.psn_cash_pay + fen,
        )
        moved.require_identities()
        return moved

    def require_identities(self) -> None:
        """Raises IdentityBroken unless A–E hold and no share of a bill is negative."""
        funds = (
            self.hifp_pay, self.cvlserv_pay, self.hifes_pay, self.hifmi_pay, self.hifob_pay,
            self.maf_pay, self.oth_pay, self.hifdm_pay,
        )  # fmt: skip
        scope_parts = (
            self.fulamt_ownpay_amt, self.overlmt_selfpay, self.preselfpay_amt, self.inscp_scp_amt,
        )  # fmt: skip
        paid = sum(amount for _, _, amount in self.shares("310"))
        held = {
            "A": self.medfee_sumamt == sum(scope_parts),
            "B": self.medfee_sumamt
            == self.fund_pay_sumamt + self.psn_part_amt + self.hosp_part_amt,
            "C": self.psn_part_amt == self.acct_pay + self.psn_cash_pay,
            "D": self.fund_pay_sumamt == sum(funds),
            "E": paid == self.fund_pay_sumamt + self.acct_pay + self.hosp_part_amt,
            "no negative share": min(*funds, self.acct_pay, self.psn_cash_pay) >= 0,
            "mutual aid inside": 0 <= self.acct_mulaid_pay <= self.acct_pay,
        }
        broken = [name for name, holds in held.items() if not holds]
        if broken:
            raise IdentityBroken(f"{broken} in {self}")

    def shares(self, insutype: str) -> list[tuple[str, str, int]]:
        """fund_pay_type, its name and amount: the rows of setldetail (identity E)."""
        pool = (
            ("390100", "城乡居民基本医疗保险基金")
            if insutype == "390"
            else ("310100", "城镇职工基本医疗保险统筹基金")
        )
        rows = [
            (*pool, self.hifp_pay),
            ("330100", "大额医疗费用补助基金", self.hifob_pay),
            ("390200", "城乡居民大病医疗保险基金", self.hifmi_pay),
            ("320100", "公务员医疗补助基金", self.cvlserv_pay),
            ("610100", "医疗救助基金", self.maf_pay),
            ("310200", "城镇职工基本医疗保险个人账户基金", self.acct_pay),
            ("999996", "医院垫付基金", self.hosp_part_amt),
        ]
        return [row for row in rows if row[2] != 0 or row[0] == pool[0]]
