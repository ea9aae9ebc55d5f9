"""医院价表: what can be charged, and the plausible charges drawn from it by seeded chance."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from random import Random
from typing import Any

CHARGE_CLASSES = frozenset(f"{number:02d}" for number in range(1, 15))
HERBS = "10"
MEDICINES = frozenset({"09", "11"})
UNCODED_PERCENT = 5
ALWAYS = 100  # percent
QUANTITY_PLACES = 4
PRICE_PLACES = 6
LARGEST_NUMBER = 10**9  # with it the product of quantity and price stays exact in 28 digits


@dataclass(frozen=True, slots=True)
class Item:
    """收费项目. An empty insurance code means: the patient pays it."""

    item_code: str
    item_name: str
    insurance_code: str
    charge_class: str
    unit_price: str


DEFAULT_ITEMS = (
    Item("B001", "普通床位费(三人间)", "001101000010000-110900001", "01", "48.00"),
    Item("B002", "重症监护床位费", "001101000050000-110900005", "01", "210.00"),
    Item("D001", "住院诊察费", "001102000060000-110200005", "02", "25.00"),
    Item("J001", "心电图检查", "003107010010000-310701001", "03", "22.50"),
    Item("J002", "胸部CT平扫", "002103000010000-210300001", "03", "230.00"),
    Item("J003", "磁共振平扫", "002102000010000-210200001", "03", "540.00"),
    Item("H001", "血常规", "002501010150000-250101015", "04", "18.60"),
    Item("H002", "肝功能全套", "002503050010000-250305001", "04", "96.40"),
    Item("H003", "基因检测(自选)", "002507000990000-250700099", "04", "1280.00"),
    Item("Z001", "静脉输液", "001204000060000-120400006", "05", "12.35"),
    Item("Z002", "雾化吸入", "001207000010000-120700001", "05", "9.80"),
    Item("S001", "腹腔镜胆囊切除术", "003315050040000-331505004", "06", "2860.00"),
    Item("S002", "全身麻醉", "003301000050000-330100005", "06", "980.00"),
    Item("N001", "一级护理", "001201000020000-120100002", "07", "34.00"),
    Item("N002", "二级护理", "001201000030000-120100003", "07", "18.00"),
    Item("M001", "一次性输液器", "C14020207700001000", "08", "3.2750"),
    Item("M002", "可吸收止血夹", "C02090114000003000", "08", "168.00"),
    Item("M003", "进口镇痛泵", "C15010199000008000", "08", "620.00"),
    Item("X001", "注射用头孢呋辛钠0.75g", "XJ01DCT061B001010100001", "09", "11.4860"),
    Item("X002", "阿托伐他汀钙片20mg", "XC10AAA310A001010200002", "09", "5.633333"),
    Item("X003", "氯化钠注射液100ml", "XB05CBL228B002010300003", "09", "3.90"),
    Item("C001", "当归饮片", "T001200123", "10", "0.3125"),
    Item("P001", "复方丹参滴丸", "ZA12HAF0423010100004", "11", "27.84"),
    Item("G001", "一般诊疗费", "001109000030000-110900003", "12", "10.00"),
    Item("O001", "陪护餐费", "", "14", "35.00"),
)


class PriceList:
    """The items of one hospital and how often an uncoded one is drawn."""

    def __init__(self, items: tuple[Item, ...], uncoded_percent: int) -> None:
        self.by_code = {item.item_code: item for item in items}
        self.coded = [item for item in items if item.insurance_code]
        self.uncoded = [item for item in items if not item.insurance_code]
        self.uncoded_percent = uncoded_percent

    def draw(self, random: Random) -> tuple[Item, Decimal]:
        """One plausible line: an item and its quantity."""
        pick_uncoded = random.randrange(ALWAYS) < self.uncoded_percent
        item = random.choice(self.uncoded if pick_uncoded else self.coded)
        return item, _plausible_quantity(item, random)


def _plausible_quantity(item: Item, random: Random) -> Decimal:
    if item.charge_class == HERBS:  # weighed in grams
        return Decimal(random.randint(30_000, 300_000)).scaleb(-QUANTITY_PLACES)
    if item.charge_class in MEDICINES and random.randrange(4) == 0:  # a part of a package
        return Decimal(random.randint(1_000, 40_000)).scaleb(-QUANTITY_PLACES)
    return Decimal(random.randint(1, 3))


def amount_fen(quantity: Decimal, unit_price: Decimal) -> int:
    """round(quantity × price, 2) in fen, half up (away from zero), exactly."""
    return int((quantity * unit_price * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def exact(name: str, value: object, places: int) -> Decimal:
    """A decimal written as text or as an integer, with at most so many places; else ValueError."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{name!r} must be decimal text, not {type(value).__name__}")
    try:
        number = Decimal(value)
        fits = abs(number) < LARGEST_NUMBER and number == round(number, places)
    except InvalidOperation as error:
        raise ValueError(f"{name!r}: {value!r} is not a decimal") from error
    if not fits:
        raise ValueError(f"{name!r}: {value!r} is too large or has more than {places} places")
    return number


def price_list(config: dict[str, Any]) -> PriceList:
    """The price list of the config keys `items` and `uncoded_percent`; ValueError names the key."""
    listed = config.get("items")
    items = DEFAULT_ITEMS if listed is None else tuple(_item(entry) for entry in listed)
    codes = [item.item_code for item in items]
    if not codes or len(set(codes)) != len(codes):
        raise ValueError("'items' must not be empty and no item_code may come twice")
    percent = config.get("uncoded_percent")
    if percent is None:
        percent = UNCODED_PERCENT if any(not item.insurance_code for item in items) else 0
    if not isinstance(percent, int) or percent not in range(ALWAYS + 1):
        raise ValueError("'uncoded_percent' must be an integer from 0 to 100")
    prices = PriceList(items, percent)
    if percent > 0 and not prices.uncoded:
        raise ValueError("'uncoded_percent' is above 0, but every item has an insurance_code")
    if percent < ALWAYS and not prices.coded:
        raise ValueError("'uncoded_percent' is below 100, but no item has an insurance_code")
    return prices


def _item(entry: dict[str, Any]) -> Item:
    item = Item(**entry)
    if item.charge_class not in CHARGE_CLASSES:
        raise ValueError(f"'items': {item.item_code} has charge_class {item.charge_class!r}")
    exact("unit_price", item.unit_price, PRICE_PLACES)
    return item
