"""The centre's refusals (err_msg). One place, because a hospital's side matches on their words.

No public list of numeric codes exists: infcode is -1 and the text is all there is.
"""


class Refusal(Exception):
    """The centre says no; the text goes to err_msg, the code to infcode."""

    def __init__(self, text: str, code: int = -1) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


def repeated_msgid(msgid: str) -> Refusal:
    return Refusal(f"发送方报文ID[{msgid}]重复，请勿重复提交")


def missing_field(name: str) -> Refusal:
    return Refusal(f"字段[{name}]不能为空")


def unknown_code(name: str, value: str) -> Refusal:
    return Refusal(f"字段[{name}]的值[{value}]不在字典范围内")


def badly_written(name: str, value: str) -> Refusal:
    return Refusal(f"字段[{name}]的值[{value}]格式不正确")


def not_there(what: str, number: str) -> Refusal:
    """The thing to be changed or undone is not in the books. The mark is 不存在."""
    return Refusal(f"{what}[{number}]不存在")


def duplicate_line(feedetl_sn: str) -> Refusal:
    """The line is in the books already. The marks are 重复 and 已上传."""
    return Refusal(f"费用明细流水号[{feedetl_sn}]重复，该明细已上传")


def line_refused(feedetl_sn: str, reason: str) -> Refusal:
    """One line spoils its batch; the text names it."""
    return Refusal(f"费用明细流水号[{feedetl_sn}]校验不通过：{reason}")


def already_cancelled(what: str, number: str) -> Refusal:
    """It was undone before. The mark is 已撤销."""
    return Refusal(f"{what}[{number}]已撤销，不能重复撤销")


def already_reversed(omsgid: str) -> Refusal:
    """2601 took it back before. The mark is 已冲正."""
    return Refusal(f"报文[{omsgid}]对应的交易已冲正，不能重复冲正")


def nothing_to_reverse(oinfno: str, omsgid: str) -> Refusal:
    """2601 for a message that never had an effect. The mark is 不存在."""
    return Refusal(f"报文[{omsgid}]对应的[{oinfno}]交易不存在，无需冲正")


def already_settled(mdtrt_id: str) -> Refusal:
    """A live settlement stands in the way. The mark is 已结算."""
    return Refusal(f"就诊ID[{mdtrt_id}]已结算，请先撤销结算")
