"""Control acts on charges: the ward books (计费), returns (退费) and withdraws (作废) them."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from contracts.medsettle.his.v1 import his_pb2 as wire
from simulators.clock import BEIJING
from simulators.control import BadAct
from simulators.hospital.his.act_fields import ActFields
from simulators.hospital.his.hospital import Hospital
from simulators.hospital.his.locking import refuse_when_locked
from simulators.hospital.his.price_list import PRICE_PLACES, QUANTITY_PLACES, Item, amount_fen
from simulators.hospital.his.records import BookedCharge, Stay
from simulators.hospital.his.refusals import Refused

MOST_LINES = 20_000
FIRST_CHARGE_OF_A_DAY = time(8, tzinfo=BEIJING)


def book_charges(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """计费: N plausible lines, or the given ones. A locked or closed bill takes none."""
    fields = ActFields(body, "admission_no", "lines", "charges", "business_date")
    stay = his.state.stay(fields.text("admission_no"))
    if fields.has("lines") == fields.has("charges"):
        raise BadAct("give either 'lines' or 'charges'")
    if stay.closed():
        raise Refused("ADMISSION_CLOSED", f"{stay.number} is settled")
    refuse_when_locked(stay)
    if fields.has("lines"):
        lines = _drawn_lines(his, stay, fields.whole("lines"))
    else:
        lines = [_given_line(his, stay, entry) for entry in fields.objects("charges")]
    _refuse_returning_too_much(stay, lines)
    first = _first_instant(his, fields)
    for index, line in enumerate(lines):
        line.charge_no = his.state.next_number("FY")
        line.order_no = his.state.next_number("YZ")
        line.charged_at.FromDatetime(first + timedelta(seconds=index))
        charge = BookedCharge(his.state.next_sequence(), line)
        stay.charges.append(charge)
        his.state.charges[line.charge_no] = charge
    return {
        "charge_nos": [line.charge_no for line in lines],
        "total_fen": sum(line.amount_fen for line in lines),
    }


def cancel_charge(his: Hospital, body: dict[str, Any]) -> dict[str, Any]:
    """作废: the line stays listed, marked, and is no longer part of the bill."""
    charge_no = ActFields(body, "charge_no").text("charge_no")
    charge = his.state.charges.get(charge_no)
    if charge is None:
        raise BadAct(f"'charge_no' {charge_no!r} is unknown")
    refuse_when_locked(his.state.stay(charge.line.admission_no))
    if not charge.pending:
        raise BadAct(f"'charge_no' {charge_no!r} is cancelled or settled already")
    charge.line.cancelled = True
    return {"charge_no": charge_no, "amount_fen": charge.line.amount_fen}


def _drawn_lines(his: Hospital, stay: Stay, count: int) -> list[wire.Charge]:
    if not 1 <= count <= MOST_LINES:
        raise BadAct(f"'lines' must be from 1 to {MOST_LINES}")
    drawn = (his.prices.draw(his.random) for _ in range(count))
    return [_line(stay, item, quantity, Decimal(item.unit_price)) for item, quantity in drawn]


def _given_line(his: Hospital, stay: Stay, entry: dict[str, Any]) -> wire.Charge:
    fields = ActFields(
        entry, "item_code", "quantity", "unit_price", "insurance_code", "returned_charge_no"
    )
    item = his.prices.by_code.get(fields.text("item_code"))
    if item is None:
        raise BadAct(f"'item_code' {fields.text('item_code')!r} is not in the price list")
    quantity = fields.decimal("quantity", QUANTITY_PLACES)
    price = fields.decimal("unit_price", PRICE_PLACES, item.unit_price)
    line = _line(stay, item, quantity, price)
    line.insurance_code = fields.text("insurance_code", item.insurance_code)
    line.returned_charge_no = fields.text("returned_charge_no", "")
    if price < 0 or quantity == 0 or (quantity < 0) != bool(line.returned_charge_no):
        raise BadAct("a price is not negative; 'quantity' is, with 'returned_charge_no' only")
    return line


def _line(stay: Stay, item: Item, quantity: Decimal, unit_price: Decimal) -> wire.Charge:
    admission = stay.admission
    return wire.Charge(
        admission_no=stay.number,
        item_code=item.item_code,
        item_name=item.item_name,
        insurance_code=item.insurance_code,
        charge_class=item.charge_class,
        quantity=f"{quantity:f}",
        unit_price=f"{unit_price:f}",
        amount_fen=amount_fen(quantity, unit_price),
        department_code=admission.department_code,
        department_name=admission.department_name,
        doctor_code=admission.attending_doctor_code,
        doctor_name=admission.attending_doctor_name,
    )


def _refuse_returning_too_much(stay: Stay, lines: list[wire.Charge]) -> None:
    left = {
        charge.line.charge_no: Decimal(charge.line.quantity)
        for charge in stay.charges
        if charge.pending and not charge.line.returned_charge_no
    }
    booked = (charge.line for charge in stay.charges if not charge.line.cancelled)
    for line in (*booked, *lines):
        original = line.returned_charge_no
        if original in left:
            left[original] += Decimal(line.quantity)
        elif original and not line.charge_no:
            raise BadAct(f"'returned_charge_no' {original!r} is no pending charge of {stay.number}")
    for original, quantity in left.items():
        if quantity < 0:
            raise BadAct(f"more is returned of {original!r} than was charged")


def _first_instant(his: Hospital, fields: ActFields) -> datetime:
    now = his.clock.now()
    if not fields.has("business_date"):
        return now
    day = fields.day("business_date")
    if day > now.astimezone(BEIJING).date():
        raise BadAct("'business_date' lies in the future")
    return datetime.combine(day, FIRST_CHARGE_OF_A_DAY)
