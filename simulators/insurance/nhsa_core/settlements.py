"""2303 预结算, 2304 结算, 2305 结算撤销, 2601 冲正: a stay is priced, settled and unsettled."""

from simulators.faults import Fault
from simulators.insurance.nhsa_core.amounts import yuan
from simulators.insurance.nhsa_core.benefit_policy import POOL_CEILING, Entitlement
from simulators.insurance.nhsa_core.benefit_policy import settle as price
from simulators.insurance.nhsa_core.books import (
    CANCELLATION,
    IN_HOSPITAL,
    SETTLEMENT,
    WITHDRAWN,
    Settlement,
    Stay,
)
from simulators.insurance.nhsa_core.breakdown import Breakdown
from simulators.insurance.nhsa_core.centre import Call, Centre, Output
from simulators.insurance.nhsa_core.entitlement import insured_person
from simulators.insurance.nhsa_core.input_rows import Row, fen
from simulators.insurance.nhsa_core.persons import Person
from simulators.insurance.nhsa_core.refusals import (
    Refusal,
    already_cancelled,
    already_reversed,
    already_settled,
    not_there,
    nothing_to_reverse,
)
from simulators.insurance.nhsa_core.settlement_answer import settlement_answer
from simulators.insurance.nhsa_core.stays import require_withdrawable


def pre_settle(centre: Centre, call: Call) -> Output:
    """2303: the figures 2304 would give now; nothing changes."""
    row = call.row("data")
    stay, breakdown = _priced(centre, row)
    settlement = _settlement(centre, call, stay, row, breakdown)
    return _breached(call.fault, settlement_answer("2303", centre, stay, settlement))


def settle(centre: Centre, call: Call) -> Output:
    """2304: the same figures, booked; the personal account pays."""
    row = call.row("data")
    stay, breakdown = _priced(centre, row)
    if call.fault and call.fault.kind == "settle_off_by":
        breakdown = breakdown.shifted_to_cash(call.fault.args["fen"])
    settlement = _settlement(centre, call, stay, row, breakdown)
    centre.books.add_settlement(settlement)
    stay.settlement = settlement
    _move_accounts(centre, settlement, -1)
    return _breached(call.fault, settlement_answer("2304", centre, stay, settlement))


def cancel(centre: Centre, call: Call) -> Output:
    """2305: a settlement of its own, every amount minus the original's."""
    row = call.row("data")
    original = centre.books.settlements.get(row["setl_id"])
    if (
        original is None
        or original.taken_back
        or (original.mdtrt_id, original.psn_no) != (row["mdtrt_id"], row["psn_no"])
    ):
        raise not_there("结算ID", row["setl_id"])
    if original.kind == CANCELLATION:
        raise Refusal(f"结算ID[{original.setl_id}]为退费结算，不能撤销")
    if original.reversed_by is not None:
        raise already_cancelled("结算ID", original.setl_id)
    stay = centre.books.stay(original.mdtrt_id, original.psn_no)
    _unsettle(centre, original)
    balance = centre.books.person(original.psn_no).balc_fen
    cancellation = _cancellation(centre, call, original, original.breakdown.negated(balance))
    original.reversed_by = cancellation.setl_id
    centre.books.add_settlement(cancellation)
    return settlement_answer("2305", centre, stay, cancellation)


def reverse(centre: Centre, call: Call) -> None:
    """2601: takes back the effect of one message, as if it had never come."""
    row = call.row("data")
    if row["oinfno"] not in centre.settings.reversible:
        raise Refusal(f"交易编号[{row['oinfno']}]不支持冲正")
    centre.books.person(row["psn_no"])
    if row["oinfno"] == "2304":
        _take_back_settlement(centre, call, row)
    elif row["oinfno"] == "2401":
        _take_back_admission(centre, call, row)
    else:
        raise nothing_to_reverse(row["oinfno"], row["omsgid"])


def _priced(centre: Centre, row: Row) -> tuple[Stay, Breakdown]:
    stay = centre.books.stay(row["mdtrt_id"], row["psn_no"])
    if stay.settlement is not None:
        raise already_settled(stay.mdtrt_id)
    if centre.settings.discharge_before_pre_settlement and stay.state == IN_HOSPITAL:
        raise Refusal(f"就诊ID[{stay.mdtrt_id}]未办理出院，不能结算")
    if row["mid_setl_flag"] == "1":
        raise Refusal("不支持中途结算")
    person = insured_person(centre, row)
    if not stay.live_lines:
        raise Refusal(f"就诊ID[{stay.mdtrt_id}]没有费用明细，不能结算")
    if fen(row, "medfee_sumamt") != stay.total or stay.total < 0:
        raise Refusal(
            f"医疗费总额[{row['medfee_sumamt']}]与已上传费用明细合计[{yuan(stay.total)}]不一致"
        )
    return stay, price(stay.priced_lines(), _entitlement(centre, person, row["acct_used_flag"]))


def _entitlement(centre: Centre, person: Person, acct_used_flag: str) -> Entitlement:
    settings = centre.settings
    this_year = list(centre.books.live_settlements(person.psn_no, centre.now().year))
    used = sum(one.breakdown.hifp_pay for one in this_year)
    return Entitlement(
        group=person.group,
        hospital_level=settings.hi_setl_lv,
        first_stay=person.first_stay and not this_year,
        pool_used=person.pool_used_fen + used,
        civil_servant=person.cvlserv_flag == "1",
        medical_aid=person.medical_aid,
        acct_used_flag=acct_used_flag or "0",
        balance=person.balc_fen,
        family_balance=person.family_balc_fen,
        pool_ceiling=settings.pool_ceiling_fen.get(person.group, POOL_CEILING[person.group]),
        hospital_bears_overlimit=settings.hospital_bears_overlimit,
    )


def _settlement(
    centre: Centre, call: Call, stay: Stay, row: Row, breakdown: Breakdown
) -> Settlement:
    return Settlement(
        setl_id=centre.new_number(),
        mdtrt_id=stay.mdtrt_id,
        psn_no=stay.psn_no,
        msgid=call.msgid,
        at=centre.now(),
        kind=SETTLEMENT,
        breakdown=breakdown,
        insutype=stay.insutype,
        mdtrt_cert_type=row["mdtrt_cert_type"],
        invono=row.get("invono", ""),
        opter=call.opter,
        opter_name=call.opter_name,
    )


def _cancellation(
    centre: Centre, call: Call, original: Settlement, breakdown: Breakdown
) -> Settlement:
    return Settlement(
        setl_id=centre.new_number(),
        mdtrt_id=original.mdtrt_id,
        psn_no=original.psn_no,
        msgid=call.msgid,
        at=centre.now(),
        kind=CANCELLATION,
        breakdown=breakdown,
        insutype=original.insutype,
        mdtrt_cert_type=original.mdtrt_cert_type,
        invono=original.invono,
        opter=call.opter,
        opter_name=call.opter_name,
        cancels=original.setl_id,
    )


def _unsettle(centre: Centre, settlement: Settlement) -> None:
    """The visit is open again and the accounts have their money back."""
    centre.books.stays[settlement.mdtrt_id].settlement = None
    _move_accounts(centre, settlement, 1)


def _move_accounts(centre: Centre, settlement: Settlement, sign: int) -> None:
    family = settlement.breakdown.acct_mulaid_pay
    own = settlement.breakdown.acct_pay - family
    centre.books.move_accounts(settlement.psn_no, sign * own, sign * family)


def _take_back_settlement(centre: Centre, call: Call, row: Row) -> None:
    for settlement in centre.books.settlements_of.get(row["psn_no"], []):
        if settlement.kind != SETTLEMENT or settlement.msgid != row["omsgid"]:
            continue
        if settlement.taken_back:
            raise already_reversed(row["omsgid"])
        if settlement.reversed_by is not None:
            raise already_cancelled("结算ID", settlement.setl_id)
        _unsettle(centre, settlement)
        settlement.taken_back = True
        settlement.reversed_by = call.msgid
        return
    raise nothing_to_reverse(row["oinfno"], row["omsgid"])


def _take_back_admission(centre: Centre, call: Call, row: Row) -> None:
    for stay in centre.books.stays_of.get(row["psn_no"], []):
        if stay.msgid != row["omsgid"]:
            continue
        if stay.taken_back_by is not None:
            raise already_reversed(row["omsgid"])
        if stay.state == WITHDRAWN:
            raise already_cancelled("就诊ID", stay.mdtrt_id)
        require_withdrawable(stay)
        stay.state = WITHDRAWN
        stay.taken_back_by = call.msgid
        return
    raise nothing_to_reverse(row["oinfno"], row["omsgid"])


def _breached(fault: Fault | None, output: Output) -> Output:
    """Under `identity_breach` the answer's cash is wrong, the books are not."""
    if fault and fault.kind == "identity_breach":
        output["setlinfo"]["psn_cash_pay"] += yuan(fault.args["fen"])
    return output
