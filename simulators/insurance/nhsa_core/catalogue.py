"""The insurer's catalogue (医保目录): what each item code is, how far it is covered, at what price.

The hospital's price list uses the same codes; the two lists share no code, only their rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from simulators.control import BadAct
from simulators.insurance.nhsa_core.dictionaries import CHRGITM_LEVELS, MED_CHRGITM_TYPES

NO_LIMIT = Decimal(999999)  # 定价上限金额: the interface's word for "no ceiling"

# med_list_codg | name | med_chrgitm_type | chrgitm_lv | selfpay_prop | pric_uplmt_amt
BUILT_IN = """
001101000010000-110900001 | 普通床位费(三人间)     | 01 | 01 | 0    | 40.00
001101000050000-110900005 | 重症监护床位费         | 01 | 02 | 0.10 | 999999
001102000060000-110200005 | 住院诊察费             | 02 | 01 | 0    | 999999
003107010010000-310701001 | 心电图检查             | 03 | 01 | 0    | 999999
002103000010000-210300001 | 胸部CT平扫             | 03 | 02 | 0.10 | 999999
002102000010000-210200001 | 磁共振平扫             | 03 | 02 | 0.20 | 500.00
002501010150000-250101015 | 血常规                 | 04 | 01 | 0    | 999999
002503050010000-250305001 | 肝功能全套             | 04 | 01 | 0    | 999999
002507000990000-250700099 | 基因检测(自选)         | 04 | 03 | 1    | 999999
001204000060000-120400006 | 静脉输液               | 05 | 01 | 0    | 999999
001207000010000-120700001 | 雾化吸入               | 05 | 01 | 0    | 999999
003315050040000-331505004 | 腹腔镜胆囊切除术       | 06 | 02 | 0.05 | 999999
003301000050000-330100005 | 全身麻醉               | 06 | 01 | 0    | 999999
001201000020000-120100002 | 一级护理               | 07 | 01 | 0    | 999999
001201000030000-120100003 | 二级护理               | 07 | 01 | 0    | 999999
C14020207700001000        | 一次性输液器           | 08 | 01 | 0    | 999999
C02090114000003000        | 可吸收止血夹           | 08 | 02 | 0.30 | 150.00
C15010199000008000        | 进口镇痛泵             | 08 | 03 | 1    | 999999
XJ01DCT061B001010100001   | 注射用头孢呋辛钠0.75g  | 09 | 01 | 0    | 999999
XC10AAA310A001010200002   | 阿托伐他汀钙片20mg     | 09 | 02 | 0.10 | 999999
XB05CBL228B002010300003   | 氯化钠注射液100ml      | 09 | 01 | 0    | 999999
T001200123                | 当归饮片               | 10 | 01 | 0    | 999999
ZA12HAF0423010100004      | 复方丹参滴丸           | 11 | 02 | 0.05 | 999999
001109000030000-110900003 | 一般诊疗费             | 12 | 01 | 0    | 999999
"""


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """One covered item: class, level 甲/乙/丙, share the patient pays first, price ceiling."""

    med_list_codg: str
    name: str
    med_chrgitm_type: str
    chrgitm_lv: str
    selfpay_prop: Decimal
    pric_uplmt_amt: Decimal
    lmt_used_flag: str = "0"

    def __post_init__(self) -> None:
        if not self.med_list_codg:
            raise BadAct("'med_list_codg' must not be empty")
        if self.med_chrgitm_type not in MED_CHRGITM_TYPES:
            raise BadAct("'med_chrgitm_type' must be 01 to 14")
        if self.chrgitm_lv not in CHRGITM_LEVELS:
            raise BadAct("'chrgitm_lv' must be 01, 02 or 03")
        if not 0 <= self.selfpay_prop <= 1:
            raise BadAct("'selfpay_prop' must lie between 0 and 1")
        if self.lmt_used_flag not in ("0", "1"):
            raise BadAct("'lmt_used_flag' must be 0 or 1")


Catalogue = dict[str, CatalogueItem]


def catalogue_of(extra: Iterable[dict[str, Any]]) -> Catalogue:
    """The built-in items and those of the config file."""
    rows = [line.split("|") for line in BUILT_IN.strip().splitlines()]
    items = [_item(*(cell.strip() for cell in row)) for row in rows]
    items += [item_from(one) for one in extra]
    return {item.med_list_codg: item for item in items}


def item_from(given: dict[str, Any]) -> CatalogueItem:
    """An item as the config file or the `catalogue` act writes it; figures are text."""
    names = {
        "med_list_codg", "name", "med_chrgitm_type", "chrgitm_lv", "selfpay_prop",
        "pric_uplmt_amt", "lmt_used_flag",
    }  # fmt: skip
    unknown = given.keys() - names
    if unknown:
        raise BadAct(f"unknown field {sorted(unknown)[0]!r}")
    for name in ("med_list_codg", "name", "med_chrgitm_type", "chrgitm_lv", "selfpay_prop"):
        if not isinstance(given.get(name), str):
            raise BadAct(f"{name!r} must be text")
    return _item(
        given["med_list_codg"],
        given["name"],
        given["med_chrgitm_type"],
        given["chrgitm_lv"],
        given["selfpay_prop"],
        str(given.get("pric_uplmt_amt", NO_LIMIT)),
        str(given.get("lmt_used_flag", "0")),
    )


def _item(
    code: str, name: str, kind: str, level: str, prop: str, limit: str, limited: str = "0"
) -> CatalogueItem:
    try:
        return CatalogueItem(code, name, kind, level, Decimal(prop), Decimal(limit), limited)
    except InvalidOperation as error:
        raise BadAct(f"{code}: 'selfpay_prop' and 'pric_uplmt_amt' must be numbers") from error
