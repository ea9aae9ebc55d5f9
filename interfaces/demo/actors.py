"""Who acts in the demo: the patient, the ward, the cashier, through public interfaces only."""

import random
from dataclasses import dataclass
from typing import Any

from interfaces.demo.channel import Channel
from interfaces.demo.record import Record
from interfaces.sandbox.hospital import OPENID, Sandbox

FINISHED = "finished"


def ended(resource: dict[str, Any]) -> bool:
    """Whether a plan's resource has reached an end."""
    return bool(resource["state"] != "open")


def yuan(fen: int) -> str:
    """12.30 for the reader of the story."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


@dataclass(slots=True)
class Cast:
    """Everybody an act needs."""

    sandbox: Sandbox
    channel: Channel
    operations: Channel
    record: Record
    random: random.Random
    lines: int

    # --- the HIS and the ward, through the HIS simulator's control API --------------------------

    def admit(self, name: str, category: str, id_card_no: str = "") -> str:
        """入院; returns the admission number."""
        body = {"patient_name": name, "fee_category": category}
        if id_card_no:
            body["id_card_no"] = id_card_no
        return str(self.sandbox.control("his", "admissions", body)["admission_no"])

    def charge(self, admission_no: str, lines: int) -> dict[str, Any]:
        """The ward books `lines` plausible charges."""
        return self.sandbox.control(
            "his", "admissions/charges", {"admission_no": admission_no, "lines": lines}
        )

    def charge_items(self, admission_no: str, **quantities: int) -> dict[str, Any]:
        """The ward books named items: item code -> quantity."""
        charges = [
            {"item_code": code, "quantity": str(quantity)} for code, quantity in quantities.items()
        ]
        return self.sandbox.control(
            "his", "admissions/charges", {"admission_no": admission_no, "charges": charges}
        )

    def order_discharge(self, admission_no: str) -> None:
        """开出院医嘱."""
        self.sandbox.control("his", "admissions/order-discharge", {"admission_no": admission_no})

    # --- the patient's money --------------------------------------------------------------------

    def pay_native(self, admission_no: str, fen: int) -> dict[str, Any]:
        """主扫: the channel shows a code, the patient scans it and pays."""
        deposit = self.top_up(admission_no, fen, channel="wechat_pay", product="native")
        self.sandbox.control(
            "wechat_pay", "patient/pay", {"code_url": deposit["code_url"], "outcome": "pay"}
        )
        return self.deposit_done(deposit)

    def pay_in_app(self, admission_no: str, fen: int) -> dict[str, Any]:
        """公众号支付."""
        deposit = self.top_up(
            admission_no, fen, channel="wechat_pay", product="in_app", openid=OPENID
        )
        prepay_id = deposit["in_app"]["package"].removeprefix("prepay_id=")
        self.sandbox.control(
            "wechat_pay", "patient/pay", {"prepay_id": prepay_id, "outcome": "pay"}
        )
        return self.deposit_done(deposit)

    def pay_by_code(self, admission_no: str, fen: int, *, asks_password: bool) -> dict[str, Any]:
        """被扫: the cashier scans the patient's code; with a password first when asked for."""
        behaviour = "asks_password" if asks_password else "pays"
        code = self.sandbox.control(
            "wechat_pay", "patient/payment-code", {"openid": OPENID, "behaviour": behaviour}
        )
        deposit = self.top_up(
            admission_no,
            fen,
            channel="wechat_pay",
            product="payment_code",
            auth_code=code["auth_code"],
            terminal="W01",
            operator="cashier-1",
        )
        if asks_password:
            self.record.facts["first_answer_to_payment_code"] = deposit["steps"][0]["state"]
            self.sandbox.control(
                "wechat_pay",
                "patient/enter-password",
                {"out_trade_no": deposit["payment_no"], "outcome": "pay"},
            )
        return self.deposit_done(deposit)

    def pay_cash(self, admission_no: str, fen: int) -> dict[str, Any]:
        """现金 at window W01."""
        deposit = self.top_up(
            admission_no, fen, channel="cash", product="cash", terminal="W01", operator="cashier-1"
        )
        return self.deposit_done(deposit)

    def top_up(self, admission_no: str, fen: int, **how: str) -> dict[str, Any]:
        """POST /v1/deposits."""
        return self.channel.post(
            "/v1/deposits", {"admission_no": admission_no, "amount_fen": fen, **how}
        )

    def deposit_done(self, deposit: dict[str, Any]) -> dict[str, Any]:
        """Polls a deposit to its end."""
        path = f"/v1/deposits/{deposit['no']}"
        done = self.channel.wait(path, ended, "the deposit to be saved")
        self.seen(path, done)
        self.record.check(
            f"deposit {deposit['product']} {yuan(deposit['amount_fen'])} is on the HIS's books",
            done["state"] == FINISHED and bool(done["his_deposit_no"]),
            {"state": done["state"], "his_deposit_no": done["his_deposit_no"]},
        )
        return done

    # --- looking --------------------------------------------------------------------------------

    def account(self, admission_no: str) -> dict[str, Any]:
        """患者账户."""
        return self.channel.get(f"/v1/admissions/{admission_no}")

    def balance(self, admission_no: str) -> int:
        """预交金余额 in fen."""
        return int(self.account(admission_no)["deposit"]["balance_fen"])

    def settlement(self, number: str) -> dict[str, Any]:
        """A settlement as it is now."""
        return self.channel.get(f"/v1/settlements/{number}")

    def seen(self, path: str, resource: dict[str, Any]) -> None:
        """Remembers a resource for the report."""
        self.record.resources[path] = resource

    def rest_of_the_world_at(self, day: int, hour: int) -> None:
        """Moves every clock to `hour` o'clock Beijing time of the demo's day `day` (0 = today)."""
        offset = self.record.facts["midnight_offset"] + day * 86_400 + hour * 3_600
        self.sandbox.move_clock(offset)
        self.record.facts["offset"] = offset
