"""3201 and 3202: our books beside the insurer's, in totals and row by row (§2.10).

Amounts are the insurer's own: SettlementRow.fund is fund_pay_sumamt as it was answered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from adapters.insurance.nhsa_core.translation.nodes import DATE, Node, money_of, unreadable
from adapters.insurance.nhsa_core.translation.stays import not_expressible
from domain.money import Money, total
from ports.insurer import ComparedRow, SettlementRow

BALANCED = "0"  # stmt_rslt: 0 平, 1 不平
RESULTS = ("0", "1")
YES, NO = "1", "0"
# Both flags say that refunds are among the rows; the text explains neither (unverified).
REFUNDS_INCLUDED = {"refd_setl_flag": YES, "fixmedins_refd_setl_flag": YES}
# The national baseline's result file ends before the three amounts Hunan added.
BASELINE_COLUMNS, COLUMNS = 7, 10


@dataclass(frozen=True, slots=True)
class TotalsGroup:
    """What one 3201 is about: insutype, clr_type, setl_optins."""

    insurance_type: str
    clearing_type: str
    office: str


@dataclass(frozen=True, slots=True)
class RowsGroup:
    """What one 3202 is about: clr_type, setl_optins."""

    clearing_type: str
    office: str


@dataclass(frozen=True, slots=True)
class Clearing:
    """Where an institution's settlements are cleared, and under which type each insurance is."""

    office: str
    types: Mapping[str, str]  # insutype -> clr_type of an ordinary stay

    def by_totals(self, rows: Iterable[SettlementRow]) -> dict[TotalsGroup, list[SettlementRow]]:
        """The rows of each 3201, also of groups in which our books have none."""
        groups: dict[TotalsGroup, list[SettlementRow]] = {
            TotalsGroup(insurance, clearing, self.office): []
            for insurance, clearing in self.types.items()
        }
        for row in rows:
            kind, office = self._place(row)
            groups.setdefault(TotalsGroup(row.insurance_type, kind, office), []).append(row)
        return groups

    def by_rows(self, rows: Iterable[SettlementRow]) -> dict[RowsGroup, list[SettlementRow]]:
        """The rows of each 3202, also of groups in which our books have none."""
        groups: dict[RowsGroup, list[SettlementRow]] = {
            RowsGroup(clearing, self.office): [] for clearing in self.types.values()
        }
        for row in rows:
            groups.setdefault(RowsGroup(*self._place(row)), []).append(row)
        return groups

    def _place(self, row: SettlementRow) -> tuple[str, str]:
        """2305 names no clr_type: a cancellation goes where an ordinary stay does."""
        kind = row.clearing_type or self.types.get(row.insurance_type)
        if kind is None:
            raise not_expressible(f"settlement {row.settlement_id} has no clearing type")
        return kind, row.clearing_office or self.office


def totals_query(day: date, group: TotalsGroup, rows: list[SettlementRow]) -> dict[str, object]:
    """3201."""
    return {
        "data": {
            "insutype": group.insurance_type,
            "clr_type": group.clearing_type,
            "setl_optins": group.office,
            **_day(day),
            **_sums(rows),
            "acct_pay": total(row.personal_account for row in rows).yuan(),
            **REFUNDS_INCLUDED,
        }
    }


def disagreement(group: TotalsGroup, output: Node) -> str:
    """The insurer's remark on totals that disagree; empty when they agree."""
    answer = output.node("stmtinfo")
    if answer.code("stmt_rslt", RESULTS) == BALANCED:
        return ""
    name = f"{group.insurance_type}/{group.clearing_type}/{group.office}"
    return f"{name}: {answer.text('stmt_rslt_dscr') or '不平'}"


def rows_query(
    day: date, group: RowsGroup, rows: list[SettlementRow], file_no: str
) -> dict[str, object]:
    """3202."""
    return {
        "data": {
            "setl_optins": group.office,
            "clr_type": group.clearing_type,
            "file_qury_no": file_no,
            **_day(day),
            **_sums(rows),
            "cash_payamt": total(row.cash for row in rows).yuan(),
            **REFUNDS_INCLUDED,
        }
    }


def cells_of(row: SettlementRow) -> tuple[str, ...]:
    """One line of the file we send."""
    return (
        row.settlement_id,
        row.registration_no,
        row.person_no,
        row.total.yuan(),
        row.fund.yuan(),
        row.personal_account.yuan(),
        YES if row.cancellation else NO,
    )


def compared_row(cells: tuple[str, ...]) -> ComparedRow:
    """One line of the file we get."""
    if len(cells) not in (BASELINE_COLUMNS, COLUMNS):
        raise unreadable("result file", f"{len(cells)} columns")
    person_no, registration_no, settlement_id, message_no, result, refund, remark = cells[:7]
    if result not in RESULTS or refund not in (YES, NO):
        raise unreadable("result file", f"stmt_rslt {result}, refd_setl_flag {refund}")
    amounts = cells[BASELINE_COLUMNS:] or ("", "", "")
    return ComparedRow(
        balanced=result == BALANCED,
        settlement_id=settlement_id,
        registration_no=registration_no,
        person_no=person_no,
        message_no=message_no,
        cancellation=refund == YES,
        total=_amount("medfee_sumamt", amounts[0]),
        fund=_amount("fund_pay_sumamt", amounts[1]),
        personal_account=_amount("acct_pay", amounts[2]),
        remark=remark,
    )


def upload(institution: str, name: str, content: bytes) -> dict[str, object]:
    """9101, form 1: the file as an array of bytes."""
    return {"fsUploadIn": {"in": list(content), "filename": name, "fixmedins_code": institution}}


def download(institution: str, name: str, file_no: str) -> dict[str, object]:
    """9102."""
    return {
        "fsDownloadIn": {
            "file_qury_no": file_no,
            "filename": name,
            "fixmedins_code": institution,
        }
    }


def _day(day: date) -> dict[str, object]:
    """One Beijing day of the insurer's setl_time."""
    return {"stmt_begndate": day.strftime(DATE), "stmt_enddate": day.strftime(DATE)}


def _sums(rows: list[SettlementRow]) -> dict[str, object]:
    return {
        "medfee_sumamt": total(row.total for row in rows).yuan(),
        "fund_pay_sumamt": total(row.fund for row in rows).yuan(),
        "fixmedins_setl_cnt": str(len(rows)),
    }


def _amount(name: str, cell: str) -> Money | None:
    return money_of(name, cell) if cell else None
