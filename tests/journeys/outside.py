"""What the row tests share: people the insurer knows, and every book and call of the outside world
around one stay, read from the simulators and never from our tables."""

import itertools
import random
import time
from dataclasses import dataclass
from typing import Any

from interfaces.demo.actors import Cast
from interfaces.demo.channel import Channel
from interfaces.demo.record import Record
from interfaces.sandbox.hospital import Sandbox

Json = dict[str, Any]

BEIJING_SECONDS = 8 * 3600
DAY_SECONDS = 86_400
_people = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an insurance, a card and an e-credential; all of it made up."""

    person_no: str
    name: str
    id_card: str
    card: str
    card_serial: str
    e_credential: str
    account_fen: int

    def credential(self, kind: str) -> Json:
        """What is shown at the counter."""
        if kind == "social_card":
            return {"kind": kind, "number": self.card, "card_serial": self.card_serial}
        number = self.id_card if kind == "id_card" else self.e_credential
        return {"kind": kind, "number": number}


def insured_person(sandbox: Sandbox, **given: Any) -> Person:
    """A new person at the insurer: an employee with 500 yuan in his account unless told."""
    serial = next(_people)
    row = {
        "psn_no": f"0099000000000002{serial:04d}",
        "certno": f"00000019800101{serial:04d}",
        "psn_name": f"测试行{serial}",
        "insutype": "310",
        "psn_type": "11",
        "card_no": f"R{serial:08d}",
        "card_sn": f"RS{serial:08d}",
        "ec_token": f"EC{2_000_000 + serial:026d}",
        "balc_fen": 500_00,
        "insuplc_admdvs": "009900",
        **given,
    }
    sandbox.control("nhsa_core", "persons", {"persons": [row]})
    return Person(
        person_no=row["psn_no"],
        name=row["psn_name"],
        id_card=row["certno"],
        card=row["card_no"],
        card_serial=row["card_sn"],
        e_credential=row["ec_token"],
        account_fen=row["balc_fen"],
    )


def cast_of(sandbox: Sandbox, channel: Channel, operations: Channel) -> Cast:
    """Patient, ward and cashier for stays that several tests look at."""
    return Cast(
        sandbox, channel, operations, Record(tell=lambda _: None), random.Random(7), lines=3
    )


def bound_phone(cast: Cast, no: str) -> str:
    """A phone of the patient's own that follows the official account; returns its openid."""
    openid = f"oRow{no.replace('-', ''):0>24}"[:28]
    act = {"openid": openid, "subscribed": True}
    cast.sandbox.control("wechat_official_account", "subscribers", act)
    cast.channel.post(f"/v1/admissions/{no}:bind-openid", {"openid": openid})
    return openid


def admit_insured(cast: Cast, person: Person) -> str:
    """入院 as an insured patient."""
    return cast.admit(person.name, "insured", person.id_card)


def register(cast: Cast, no: str, person: Person, kind: str = "id_card") -> Json:
    """医保入院登记, finished."""
    body = {"admission_no": no, "credential": person.credential(kind)}
    registered = cast.channel.post("/v1/registrations", body)
    assert registered["state"] == "finished", registered
    return registered


def insured_stay(cast: Cast, person: Person) -> str:
    """Admitted and registered."""
    no = admit_insured(cast, person)
    register(cast, no, person)
    return no


def settle(cast: Cast, no: str, *, point: str = "window", **more: Any) -> Json:
    """Discharge ordered, settlement opened."""
    cast.order_discharge(no)
    body = {"admission_no": no, "point": point, "operator": "cashier-1", **more}
    return cast.channel.post("/v1/settlements", body)


def settled(cast: Cast, number: str) -> Json:
    """The settlement once it has finished and the HIS's own result has come."""
    return cast.channel.wait(
        f"/v1/settlements/{number}", lambda seen: bool(seen["result"]), "the HIS's result"
    )


def delivered(cast: Cast, no: str, *kinds: str) -> dict[str, Json]:
    """The messages of these kinds, the last of each, once they have all been delivered."""
    found = cast.channel.wait(
        f"/v1/admissions/{no}/messages",
        lambda seen: set(kinds) <= {m["kind"] for m in seen["items"] if m["delivered_at"]},
        f"the messages {kinds}",
    )
    return {m["kind"]: m for m in found["items"] if m["kind"] in kinds}


def restart_platform(sandbox: Sandbox) -> None:
    """API and worker end and come back: what they knew by heart is gone."""
    for name in ("worker", "api"):
        sandbox.running[name].stop()
    sandbox.start_api()
    sandbox.start_worker()


def move_to(business_time: Any, hour: int, minute: int = 0) -> None:
    """All clocks to the next time it is that late in Beijing."""
    local = (business_time.now() + BEIJING_SECONDS) % DAY_SECONDS
    business_time.forward((hour * 3600 + minute * 60 - local) % DAY_SECONDS)


def beijing_date(business_time: Any) -> str:
    """The business date."""
    return time.strftime("%Y-%m-%d", time.gmtime(business_time.now() + BEIJING_SECONDS))


def yuan(fen: int) -> str:
    """As patients read it."""
    return f"{fen // 100}.{fen % 100:02d}"


@dataclass(frozen=True, slots=True)
class Outside:
    """The other sides' own books and journals."""

    sandbox: Sandbox

    def calls(self, system: str, operation: str, **fields: str) -> list[Json]:
        """Calls of one kind that name these numbers, oldest first."""
        journal = self.sandbox.control(system, "journal")["exchanges"]
        return [
            call
            for call in journal
            if call["operation"] == operation and fields.items() <= call["fields"].items()
        ]

    def count(self, system: str) -> int:
        """How many calls crossed that wire so far."""
        return len(self.sandbox.control(system, "journal")["exchanges"])

    def count_at_rest(self, system: str) -> int:
        """The same once nobody has called for a second: other stays have work at night."""
        deadline, counts = time.monotonic() + 30, [-1]
        while counts != [counts[0]] * 5:
            assert time.monotonic() < deadline, f"{system} is called all the time"
            counts = [*counts[-4:], self.count(system)]
            time.sleep(0.2)
        return counts[0]

    # --- the HIS ------------------------------------------------------------------------------

    def his(self, table: str, **fields: Any) -> list[Json]:
        """Rows of a table of the HIS's books."""
        return _matching(self.sandbox.control("his", "books")[table], fields)

    def his_stay(self, no: str) -> Json:
        """The HIS's own row of the stay."""
        [row] = self.his("admissions", admission_no=no)
        return row

    # --- the insurer --------------------------------------------------------------------------

    def insurer(self, table: str, **fields: Any) -> list[Json]:
        """Rows of a table of the insurer's books."""
        return _matching(self.sandbox.control("nhsa_core", "books")[table], fields)

    def insurer_stay(self, no: str) -> Json:
        """The stay the insurer holds, or held last, for an admission."""
        return self.insurer("stays", ipt_no=no)[-1]

    def insurer_person(self, person: Person) -> Json:
        """Somebody as the insurer has him now."""
        [row] = self.insurer("persons", psn_no=person.person_no)
        return row

    # --- WeChat -------------------------------------------------------------------------------

    def orders(self, payment_no: str) -> list[Json]:
        """WeChat Pay's orders of a number."""
        books = self.sandbox.control("wechat_pay", "books")
        return _matching(books["orders"], {"out_trade_no": payment_no})

    def payments_back(self, refund_no: str) -> list[Json]:
        """WeChat Pay's refunds of a number."""
        books = self.sandbox.control("wechat_pay", "books")
        return _matching(books["refunds"], {"out_refund_no": refund_no})

    def pushed(self, message: Json) -> Json:
        """A message as it reached the phone. Once: in the books and on the wire."""
        books = self.sandbox.control("wechat_official_account", "books")
        found = _matching(books["messages"], {"client_msg_id": message["no"]})
        sent = self.calls("wechat_official_account", "template_send", client_msg_id=message["no"])
        assert len(found) == len(sent) == 1, (message["no"], found, len(sent))
        return found[0]


def _matching(rows: list[Json], fields: Json) -> list[Json]:
    return [row for row in rows if fields.items() <= row.items()]
