"""Control acts of the insurer: people, catalogue, and hands in the books."""

from dataclasses import asdict, fields, replace
from typing import Any

from simulators.control import BadAct
from simulators.insurance.nhsa_core.books import Books, Settlement, Stay
from simulators.insurance.nhsa_core.breakdown import Breakdown
from simulators.insurance.nhsa_core.catalogue import item_from
from simulators.insurance.nhsa_core.persons import person_from

# The books' word for an amount where it differs from the interface's.
OWN_NAMES = {
    "medfee_sumamt": "medfee",
    "fund_pay_sumamt": "fund",
    "acct_pay": "personal_account",
    "psn_cash_pay": "cash",
    "hosp_part_amt": "hospital",
    "act_pay_dedc": "deductible",
}
AMOUNTS = {
    f"{OWN_NAMES.get(one.name, one.name)}_fen": one.name
    for one in fields(Breakdown)
    if one.name != "pool_prop_selfpay"
}


def set_persons(books: Books, body: dict[str, Any]) -> dict[str, Any]:
    """{"persons": [{…}]}: adds, or overrides the given fields of, each person by psn_no."""
    chosen = dict(books.persons)
    for given in _list_of(body, "persons"):
        person = person_from(given, chosen)
        chosen[person.psn_no] = person
    books.persons = chosen
    return {"persons": [asdict(person) for person in chosen.values()]}


def add_items(books: Books, body: dict[str, Any]) -> dict[str, Any]:
    """{"items": [{…}]}: adds or replaces catalogue items by med_list_codg."""
    items = [item_from(given) for given in _list_of(body, "items")]
    books.catalogue.update({item.med_list_codg: item for item in items})
    return {"med_list_codg": sorted(books.catalogue)}


def alter_books(books: Books, body: dict[str, Any]) -> dict[str, Any]:
    """{"setl_id" | "medins_setl_id", "field", "fen"}: changes one amount behind everyone's back."""
    unknown = body.keys() - {"setl_id", "medins_setl_id", "field", "fen"}
    if unknown:
        raise BadAct(f"unknown field {sorted(unknown)[0]!r}")
    found = [
        one
        for one in books.settlements.values()
        if body.get("setl_id") == one.setl_id or body.get("medins_setl_id") == one.msgid
    ]
    if len(found) != 1:
        raise BadAct("'setl_id' or 'medins_setl_id' must name one settlement")
    if body.get("field") not in AMOUNTS:
        raise BadAct(f"'field' must be one of {sorted(AMOUNTS)}")
    if type(body.get("fen")) is not int:
        raise BadAct("'fen' must be an integer")
    name, breakdown = AMOUNTS[body["field"]], found[0].breakdown
    changed = {name: getattr(breakdown, name) + body["fen"]}
    found[0].breakdown = replace(breakdown, **changed)
    return {"settlement": _settlement(found[0])}


def books_as_json(books: Books) -> dict[str, Any]:
    """The books, amounts in integer fen."""
    live = [one for one in books.settlements.values() if one.live]
    return {
        "persons": [_person(one) for one in map(asdict, books.persons.values())],
        "stays": [_stay(one) for one in books.stays.values()],
        "lines": [line for stay in books.stays.values() for line in _lines(stay)],
        "settlements": [_settlement(one) for one in books.settlements.values()],
        "batches": [
            {"msgid": msgid, "mdtrt_id": mdtrt_id, "lines": lines}
            for msgid, mdtrt_id, lines in books.batches
        ],
        "totals": {
            "live_settlements": len(live),
            "medfee_fen": sum(one.breakdown.medfee_sumamt for one in live),
            "fund_fen": sum(one.breakdown.fund_pay_sumamt for one in live),
            "personal_account_fen": sum(one.breakdown.acct_pay for one in live),
            "cash_fen": sum(one.breakdown.psn_cash_pay for one in live),
        },
    }


def _person(person: dict[str, Any]) -> dict[str, Any]:
    person["balance_fen"] = person.pop("balc_fen")
    person["family_balance_fen"] = person.pop("family_balc_fen")
    return person


def _stay(stay: Stay) -> dict[str, Any]:
    return {
        "mdtrt_id": stay.mdtrt_id,
        "psn_no": stay.psn_no,
        "ipt_no": stay.record["ipt_no"],
        "msgid": stay.msgid,
        "state": stay.state,
        "lines": len(stay.live_lines),
        "total_fen": stay.total,
        "setl_id": stay.settlement.setl_id if stay.settlement else None,
    }


def _lines(stay: Stay) -> list[dict[str, Any]]:
    return [
        {
            "mdtrt_id": stay.mdtrt_id,
            "feedetl_sn": line.feedetl_sn,
            "init_feedetl_sn": line.init_feedetl_sn,
            "med_list_codg": line.item.med_list_codg,
            "amount_fen": line.amount,
            "withdrawn": line.withdrawn,
            "settled": stay.settlement is not None and not line.withdrawn,
            "batch_msgid": line.batch_msgid,
        }
        for line in stay.lines
    ]


def _settlement(one: Settlement) -> dict[str, Any]:
    return {
        "setl_id": one.setl_id,
        "mdtrt_id": one.mdtrt_id,
        "psn_no": one.psn_no,
        "msgid": one.msgid,
        "at": one.at.isoformat(),
        "kind": one.kind,
        "cancels": one.cancels,
        "reversed_by": one.reversed_by,
        "taken_back": one.taken_back,
        **{name: getattr(one.breakdown, field) for name, field in AMOUNTS.items()},
    }


def _list_of(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise BadAct(f"{name!r} must be a list of objects")
    return value
