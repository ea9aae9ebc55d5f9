"""The insured (参保人): synthetic persons, all with ID numbers of the non-existing area 000000."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from simulators.clock import BEIJING
from simulators.control import BadAct
from simulators.insurance.nhsa_core.dictionaries import DICTIONARIES

LOCAL_AREA = "009900"


@dataclass(frozen=True, slots=True)
class Person:
    """One insured person with one insurance; amounts in fen."""

    psn_no: str
    certno: str
    psn_name: str
    insutype: str  # 310 职工, 390 城乡居民
    psn_type: str  # 11… 在职, 12… 退休, any other with 390 居民
    psn_cert_type: str = "01"
    card_no: str = ""
    card_sn: str = ""
    ec_token: str = ""
    gend: str = "1"
    naty: str = "01"
    brdy: str = "1980-01-01"
    cvlserv_flag: str = "0"
    balc_fen: int = 0
    family_balc_fen: int = 0  # what a relative's account offers under acct_used_flag 2 (共济)
    insuplc_admdvs: str = LOCAL_AREA
    psn_insu_stas: str = "1"  # 1 正常参保, 2 暂停参保
    emp_name: str = ""
    first_stay: bool = True  # False: this year's first stay was elsewhere
    pool_used_fen: int = 0  # this year's pooled payments elsewhere
    medical_aid: bool = False  # 医疗救助对象

    @property
    def group(self) -> str:
        """active, retired or resident: the policy's three."""
        if self.insutype == "390":
            return "resident"
        return "retired" if self.psn_type.startswith("12") else "active"

    def age(self, today: datetime) -> int:
        """Full years."""
        born = datetime.strptime(self.brdy, "%Y-%m-%d").replace(tzinfo=BEIJING)
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


DEFAULT_PERSONS: tuple[dict[str, Any], ...] = (
    {
        "psn_no": "00990000000000000001", "certno": "000000198503150016",
        "psn_name": "测试在职", "gend": "1", "brdy": "1985-03-15", "insutype": "310",
        "psn_type": "11", "balc_fen": 3500_00, "card_no": "A00000001", "card_sn": "SN00000001",
        "ec_token": "EC0000000000000000000000000001", "emp_name": "模拟单位一",
    },
    {
        "psn_no": "00990000000000000002", "certno": "000000195207080025",
        "psn_name": "测试退休", "gend": "2", "brdy": "1952-07-08", "insutype": "310",
        "psn_type": "12", "balc_fen": 500_00, "card_no": "A00000002", "card_sn": "SN00000002",
        "ec_token": "EC0000000000000000000000000002",
    },
    {
        "psn_no": "00990000000000000003", "certno": "000000197911230038",
        "psn_name": "测试居民", "gend": "1", "brdy": "1979-11-23", "insutype": "390",
        "psn_type": "15", "card_no": "A00000003", "card_sn": "SN00000003",
        "ec_token": "EC0000000000000000000000000003",
    },
    {
        "psn_no": "00990000000000000004", "certno": "000000199001010044",
        "psn_name": "测试暂停", "gend": "2", "brdy": "1990-01-01", "insutype": "310",
        "psn_type": "11", "balc_fen": 120_00, "psn_insu_stas": "2", "card_no": "A00000004",
        "card_sn": "SN00000004", "ec_token": "EC0000000000000000000000000004",
        "emp_name": "模拟单位二",
    },
    {
        "psn_no": "00990000000000000005", "certno": "000000197806060051",
        "psn_name": "测试公务员", "gend": "1", "brdy": "1978-06-06", "insutype": "310",
        "psn_type": "11", "cvlserv_flag": "1", "balc_fen": 8000_00, "card_no": "A00000005",
        "card_sn": "SN00000005", "ec_token": "EC0000000000000000000000000005",
        "emp_name": "模拟机关一",
    },
)  # fmt: skip


def persons_of(extra: Iterable[dict[str, Any]]) -> dict[str, Person]:
    """The built-in persons, overridden and added to by the config file."""
    persons: dict[str, Person] = {}
    for given in (*DEFAULT_PERSONS, *extra):
        person = person_from(given, persons)
        persons[person.psn_no] = person
    return persons


def person_from(given: dict[str, Any], known: dict[str, Person]) -> Person:
    """A person as the `persons` act writes one; a known psn_no keeps the fields left out."""
    unknown = given.keys() - {one.name for one in fields(Person)}
    if unknown:
        raise BadAct(f"unknown field {sorted(unknown)[0]!r}")
    before = known.get(str(given.get("psn_no")))
    merged = {**(asdict(before) if before else {}), **given}
    for name in ("psn_no", "certno", "psn_name", "insutype", "psn_type"):
        if not merged.get(name):
            raise BadAct(f"{name!r} must not be empty")
    person = Person(**merged)
    _check(person)
    return person


def _check(person: Person) -> None:
    for one in fields(Person):
        if type(getattr(person, one.name)) is not one.type:
            raise BadAct(f"{one.name!r} must be {one.type}")
    if person.insutype not in ("310", "390"):
        raise BadAct("'insutype' must be 310 or 390: the policy knows no other")
    if person.insutype == "310" and person.psn_type[:2] not in ("11", "12"):
        raise BadAct("'psn_type' of insutype 310 must begin with 11 or 12")
    for name in ("psn_type", "psn_cert_type"):
        if getattr(person, name) not in DICTIONARIES[name]:
            raise BadAct(f"{name!r} is not in the dictionary")
    if min(person.balc_fen, person.family_balc_fen, person.pool_used_fen) < 0:
        raise BadAct("'balc_fen', 'family_balc_fen', 'pool_used_fen' must not be negative")
    if person.cvlserv_flag == "1" and person.insutype != "310":
        raise BadAct("'cvlserv_flag' 1 needs insutype 310")
    try:
        person.age(datetime.now(BEIJING))
    except ValueError as error:
        raise BadAct("'brdy' must be yyyy-MM-dd") from error
