"""What differs from one region's insurer to the next and changes what the core does.

How a region's wire looks is the adapter's business; this is about money and order.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InsuranceProfile:
    """地区差异. Defaults follow the national baseline as far as it is public."""

    region: str = "baseline"
    batch_lines_max: int = 100  # charge lines in one upload
    discharge_before_pre_settlement: bool = True  # 2402 before 2303 (differs; unverified)
    fund_includes_personal_account: bool = False  # Guangdong counts the account into the fund sum
    reversible: frozenset[str] = frozenset({"settle", "register_admission"})  # 冲正 may undo
    use_personal_account: bool = True  # 个人账户使用标志
