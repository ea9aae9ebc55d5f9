"""Act 1: an insured stay whose deposit is short at the end (欠费补缴)."""

from typing import Any

from interfaces.demo.actors import Cast, ended, yuan
from interfaces.sandbox.hospital import OPENID

EMPLOYEE_ID = "000000198503150016"  # a person the insurer's simulator knows; nobody bears it
PUMP = "M003"  # 进口镇痛泵, 丙类: the patient pays all of it
PUMP_FEN = 62_000
MEALS = "O001"  # 陪护餐费: no insurance code, so it is never uploaded
ACCOUNT_FEN = 350_000  # that person's personal account
ACT = "1 住院 · 押金不足"


def play(cast: Cast) -> dict[str, str]:
    """Admission to discharge; returns the numbers later acts speak of."""
    record = cast.record
    cast.rest_of_the_world_at(0, 9)
    no = cast.admit("测试在职", "insured", EMPLOYEE_ID)
    cast.channel.post(f"/v1/admissions/{no}:bind-openid", {"openid": OPENID})
    record.scene(ACT, "HIS", f"办理入院 {no}", f"admits the patient as {no}")
    _register(cast, no)
    _top_up_three_ways(cast, no)
    _days_in_the_ward(cast, no)
    settlement_no = _discharge(cast, no)
    return {"admission_no": no, "settlement_no": settlement_no}


def _register(cast: Cast, no: str) -> None:
    body = {"admission_no": no, "credential": {"kind": "id_card", "number": EMPLOYEE_ID}}
    registration = cast.channel.post("/v1/registrations", body)
    cast.seen(f"/v1/registrations/{registration['no']}", registration)
    cast.record.check(
        "the stay is registered with the insurer (1101, 2001, 2401)",
        registration["state"] == "finished" and bool(registration["registration_no"]),
        registration["registration_no"],
    )
    cast.record.scene(
        ACT,
        "医保 insurer",
        f"读卡 → 待遇检查 → 入院登记，就诊ID {registration['registration_no']}",
        "identity read, entitled, admission registered",
    )


def _top_up_three_ways(cast: Cast, no: str) -> None:
    first, second, third = (cast.random.randrange(300, 900) * 100 + 50 for _ in range(3))
    cast.pay_native(no, first)
    cast.record.scene(ACT, "微信支付", "扫码（主扫）充押金", "native code paid", first)
    cast.pay_by_code(no, second, asks_password=True)
    cast.record.check(
        "the payment code answered USERPAYING first",
        cast.record.facts["first_answer_to_payment_code"] == "pending",
        cast.record.facts["first_answer_to_payment_code"],
    )
    cast.record.scene(
        ACT, "微信支付", "付款码（被扫），输密码后成功", "payment code, USERPAYING first", second
    )
    cast.pay_cash(no, third)
    cast.record.scene(ACT, "窗口 window", "现金充押金", "cash at window W01", third)
    cast.record.equal(
        "three top-ups are the deposit", paid=first + second + third, balance=cast.balance(no)
    )


def _days_in_the_ward(cast: Cast, no: str) -> None:
    record = cast.record
    booked = cast.charge(no, cast.lines)
    record.scene(
        ACT, "HIS", f"病区计费 {cast.lines} 条", f"{cast.lines} charges", booked["total_fen"]
    )
    cast.rest_of_the_world_at(1, 3)  # 01:00 pull and 02:00 upload fall due
    charges = cast.channel.wait(
        f"/v1/admissions/{no}/charges",
        lambda seen: (
            len(seen["items"]) == cast.lines
            and all(c["state"] in ("uploaded", "excluded", "pulled") for c in seen["items"])
            and all(c["state"] == "uploaded" for c in seen["items"] if c["insurance_code"])
        ),
        "the night's upload",
    )["items"]
    batches = cast.sandbox.control("nhsa_core", "books")["batches"]
    uploaded = [c for c in charges if c["state"] == "uploaded"]
    record.facts["daily_batches"] = len(batches)
    record.check(
        "the night's upload took one batch per 100 lines",
        len(batches) == -(-len(uploaded) // 100),
        {"lines": len(uploaded), "batches": len(batches)},
    )
    record.scene(
        ACT,
        "医保 insurer",
        f"夜间上传 {len(uploaded)} 条，{len(batches)} 批",
        f"{len(uploaded)} lines uploaded in {len(batches)} batches",
    )
    _wrong_charge(cast, no, uploaded)
    _ward_changes(cast, no)
    _daily_list_and_arrears(cast, no)


def _wrong_charge(cast: Cast, no: str, uploaded: list[dict[str, Any]]) -> None:
    if not uploaded:
        cast.charge_items(no, D001=1)
        return
    wrong = uploaded[0]
    cast.sandbox.control("his", "charges/cancel", {"charge_no": wrong["charge_no"]})
    withdrawal = cast.channel.post(
        f"/v1/admissions/{no}/charges/{wrong['charge_no']}:withdraw",
        {"reason": "误计费", "operator": "nurse-1"},
    )
    cast.charge_items(no, **{wrong["item_code"]: 1})
    cast.record.check(
        "the wrongly charged line is withdrawn at the insurer (2302) and charged again",
        withdrawal["state"] == "finished",
        {"line": wrong["line_no"], "state": withdrawal["state"]},
    )
    cast.record.scene(
        ACT,
        "护士站 ward",
        f"误计费作废 {wrong['item_name']}，重新计费",
        "one wrong line withdrawn (2302), charged again",
        wrong["amount_fen"],
    )


def _ward_changes(cast: Cast, no: str) -> None:
    cast.sandbox.control(
        "his",
        "admissions/move-ward",
        {
            "admission_no": no,
            "department_code": "0302",
            "department_name": "肝胆外科",
            "bed_no": "12",
        },
    )
    path = f"/v1/admissions/{no}/registration:report-change"
    change = cast.channel.post(path, {})["change"]
    cast.record.check(
        "the change of ward reached the insurer (2403)", change["state"] == "finished", change["no"]
    )
    cast.record.scene(ACT, "HIS → 医保", "转科转床，变更上报", "ward changed, reported (2403)")


def _daily_list_and_arrears(cast: Cast, no: str) -> None:
    record = cast.record
    cast.charge_items(no, S001=1, S002=1)  # 手术: the deposit falls behind
    cast.channel.post(f"/v1/admissions/{no}/charges:pull", {})
    cast.rest_of_the_world_at(1, 9)  # 07:00 daily list and 08:00 arrears fall due
    messages = cast.channel.wait(
        f"/v1/admissions/{no}/messages",
        lambda seen: (
            {"daily_list", "arrears"} <= {m["kind"] for m in seen["items"] if m["delivered_at"]}
        ),
        "the daily list and the arrears message",
    )["items"]
    daily = next(m for m in messages if m["kind"] == "daily_list")
    listed = cast.channel.get(daily["path"])
    pushed = cast.sandbox.control("wechat_official_account", "books")["messages"]
    record.check(
        "the daily list was pushed once and opens",
        listed["total_fen"] >= 0 and [m["client_msg_id"] for m in pushed].count(daily["no"]) == 1,
        {"message": daily["no"], "lines": len(listed["items"]), "total_fen": listed["total_fen"]},
    )
    record.scene(
        ACT, "公众号", "推送日清单，点开可看", "daily list pushed and readable", listed["total_fen"]
    )
    arrears = cast.channel.get(f"/v1/admissions/{no}/arrears")
    record.scene(
        ACT,
        "公众号",
        f"欠费提醒，建议补缴 {yuan(arrears['suggested_fen'])}",
        "arrears pushed, top-up suggested",
        arrears["suggested_fen"],
    )
    cast.pay_in_app(no, arrears["suggested_fen"])
    after = cast.channel.get(f"/v1/admissions/{no}/arrears")
    record.equal("after the suggested top-up nothing is owed", owed=after["suggested_fen"], zero=0)
    record.scene(
        ACT, "微信支付", "公众号内补缴", "paid in the app (JSAPI)", arrears["suggested_fen"]
    )


def _discharge(cast: Cast, no: str) -> str:
    record = cast.record
    deposit = cast.balance(no)
    pumps = (deposit + ACCOUNT_FEN) // PUMP_FEN + 2  # more of his own than deposit and account hold
    cast.charge_items(no, **{PUMP: pumps, MEALS: 2})
    cast.order_discharge(no)
    opened = cast.channel.post(
        "/v1/settlements", {"admission_no": no, "point": "window", "operator": "cashier-1"}
    )
    number = opened["no"]
    record.check(
        "the settlement waits for the patient's agreement",
        (opened["waiting_for"] or {}).get("code") == "confirmation",
        opened["waiting_for"],
    )
    record.scene(
        ACT,
        "HIS → 医保",
        f"锁单 → 补传 → 出院登记 → 预结算：应付 {yuan(opened['due_fen'])}",
        "locked, rest uploaded, discharge registered, pre-settled",
        opened["bill"]["total_fen"],
    )
    held = cast.channel.post(f"/v1/settlements/{number}:confirm", {"by": "cashier-1"})
    short = held["cover"]["short_fen"]
    record.check(
        "the deposit is short before the pivot",
        (held["waiting_for"] or {}).get("code") == "deposit_short" and short > 0,
        {"short_fen": short},
    )
    record.scene(ACT, "窗口 window", "押金不足，需补缴", "the deposit is short", short)
    cast.pay_native(no, short)
    record.scene(ACT, "微信支付", "补缴欠费", "arrears paid", short)
    settled = cast.channel.wait(f"/v1/settlements/{number}", ended, "the settlement to finish")
    tell_settlement(cast, ACT, settled)
    return str(number)


def tell_settlement(cast: Cast, act: str, settled: dict[str, Any]) -> dict[str, Any]:
    """Shows and checks a finished settlement; returns it once the HIS's result is in."""
    record, number = cast.record, settled["no"]
    path = f"/v1/settlements/{number}"
    settled = cast.channel.wait(path, lambda seen: bool(seen["result"]), "the HIS's result")
    cast.seen(path, settled)
    for share in settled["shares"]:
        record.scene(
            act, "结算 settlement", f"  {share['payer']}", share["funded_by"], share["amount_fen"]
        )
    for sentence in settled["explanation"]["zh"]:
        record.scene(act, "说明", sentence, "")
    record.equal(
        f"{number}: shares sum to the bill",
        shares=sum(share["amount_fen"] for share in settled["shares"]),
        bill=settled["bill"]["total_fen"],
    )
    record.check(
        f"{number}: posted with a receipt",
        settled["state"] == "finished" and bool(settled["receipt_no"]),
        settled["receipt_no"],
    )
    record.check(
        f"{number}: result and guidance readable",
        bool(settled["result"]["guidance"]),
        settled["result"]["result_text"],
    )
    pushed = cast.channel.wait(
        f"/v1/admissions/{settled['admission_no']}/messages",
        lambda seen: any(
            m["kind"] == "settled" and number in m["no"] and m["delivered_at"]
            for m in seen["items"]
        ),
        "the success message",
    )
    record.scene(
        act,
        "HIS",
        f"入账，收据号 {settled['receipt_no']}；结算成功已推送",
        "posted, receipt given, success pushed",
        settled["bill"]["total_fen"],
    )
    record.facts.setdefault("messages", {})[number] = len(pushed["items"])
    return settled
