"""9001 签到 and 9002 签退: one sign-in an operator, good for the (Beijing) day."""

from simulators.insurance.nhsa_core.books import SignIn
from simulators.insurance.nhsa_core.centre import Call, Centre, Output
from simulators.insurance.nhsa_core.input_rows import DATETIME
from simulators.insurance.nhsa_core.refusals import Refusal, not_there


def sign_in(centre: Centre, call: Call) -> Output:
    """9001: a new number; the operator's former one ends."""
    row = call.row("signIn")
    signed = SignIn(centre.new_number(), row["opter_no"], centre.now())
    kept = {k: v for k, v in centre.books.sign_ins.items() if v.opter_no != row["opter_no"]}
    centre.books.sign_ins = kept | {signed.sign_no: signed}
    return {"signinoutb": {"sign_time": signed.at.strftime(DATETIME), "sign_no": signed.sign_no}}


def sign_out(centre: Centre, call: Call) -> Output:
    """9002: only after a sign-in of the same day."""
    row = call.row("signOut")
    signed = centre.signed_in(row["sign_no"])
    if signed is None or signed.opter_no != row["opter_no"]:
        raise not_there("签到编号", row["sign_no"])
    del centre.books.sign_ins[signed.sign_no]
    # The text prints the field's name where the node's should be: it is taken as a bare member.
    return {"sign_time": centre.now().strftime(DATETIME)}


def require_sign_in(centre: Centre, call: Call) -> None:
    """Where sign-in is enforced, nothing but 9001 goes without a sign_no of today."""
    if not centre.settings.sign_in_required or call.infno == "9001":
        return
    signed = centre.signed_in(call.sign_no)
    if signed is None or signed.opter_no != call.opter:
        raise Refusal(f"经办人[{call.opter}]未签到或签到已失效")
