"""A hospital that talks to the insurer simulator over its sockets, signing for itself.

Written from the interface text, without a line of the simulator or of an adapter.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import httpx

BEIJING = timezone(timedelta(hours=8))

EMPLOYEE = "00990000000000000001"
RETIREE = "00990000000000000002"
RESIDENT = "00990000000000000003"
PAUSED = "00990000000000000004"
CIVIL_SERVANT = "00990000000000000005"

IDENTITY = {  # psn_no -> certno, name, insutype, psn_type
    EMPLOYEE: ("000000198503150016", "测试在职", "310", "11"),
    RETIREE: ("000000195207080025", "测试退休", "310", "12"),
    RESIDENT: ("000000197911230038", "测试居民", "390", "15"),
    PAUSED: ("000000199001010044", "测试暂停", "310", "11"),
    CIVIL_SERVANT: ("000000197806060051", "测试公务员", "310", "11"),
}

BED = ("001101000010000-110900001", "48.00")  # 甲, ceiling 40.00, class 01
CT = ("002103000010000-210300001", "230.00")  # 乙 10 %, class 03
MRI = ("002102000010000-210200001", "540.00")  # 乙 20 %, ceiling 500.00, class 03
BLOOD = ("002501010150000-250101015", "18.60")  # 甲, class 04
GENE_TEST = ("002507000990000-250700099", "1280.00")  # 丙, class 04
SURGERY = ("003315050040000-331505004", "2860.00")  # 乙 5 %, class 06
ANAESTHESIA = ("003301000050000-330100005", "980.00")  # 甲, class 06
INFUSION_SET = ("C14020207700001000", "3.2750")  # 甲, class 08
CLIP = ("C02090114000003000", "168.00")  # 乙 30 %, ceiling 150.00, class 08
PUMP = ("C15010199000008000", "620.00")  # 丙, class 08
CEFUROXIME = ("XJ01DCT061B001010100001", "11.4860")  # 甲, class 09
STATIN = ("XC10AAA310A001010200002", "5.633333")  # 乙 10 %, class 09
ANGELICA = ("T001200123", "0.3125")  # 甲, class 10

Item = tuple[str, str]


@dataclass
class Answer:
    """One answer of the centre's wire."""

    http: httpx.Response

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.http.text, parse_float=Decimal)

    @property
    def output(self) -> dict[str, Any]:
        """The output of a success."""
        assert self.json["infcode"] in (0, "0"), self.json["err_msg"]
        return self.json["output"]

    @property
    def refusal(self) -> str:
        """The err_msg of a failure."""
        assert self.json["infcode"] in (-1, "-1"), self.json
        assert self.json["output"] is None
        return self.json["err_msg"]


@dataclass
class Hospital:
    """A designated institution's side of the wire (AK/SK door unless a test signs otherwise)."""

    wire: str
    control: str
    client: httpx.Client
    serial: int = 0
    offset_seconds: int = 0
    sn: int = field(default=0)

    # -- the wire

    def now(self) -> datetime:
        return datetime.now(BEIJING) + timedelta(seconds=self.offset_seconds)

    def new_msgid(self) -> str:
        self.serial += 1
        return f"H00000000001{self.now():%Y%m%d%H%M%S}{self.serial:04d}"

    def envelope(self, infno: str, given: dict[str, Any], **changed: object) -> dict[str, Any]:
        return {
            "infno": infno,
            "msgid": self.new_msgid(),
            "mdtrtarea_admvs": "009900",
            "insuplc_admdvs": "009900",
            "recer_sys_code": "MBS_LOCAL",
            "dev_no": "",
            "dev_safe_info": "",
            "cainfo": "",
            "signtype": "",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "OP01",
            "opter_name": "测试经办",
            "inf_time": f"{self.now():%Y-%m-%d %H:%M:%S}",
            "fixmedins_code": "H00000000001",
            "fixmedins_name": "模拟市第一人民医院",
            "sign_no": "",
            "input": given,
            **changed,
        }

    def aksk_headers(self, infno: str, **changed: str) -> dict[str, str]:
        """The reference's rule (1.4), written out here a second time."""
        headers = {
            "_api_access_key": "AK0001",
            "_api_name": infno,
            "_api_timestamp": str(int(self.now().timestamp() * 1000)),
            "_api_version": "1.0.0",
        } | changed
        text = "&".join(f"{name}={headers[name]}" for name in sorted(headers))
        code = hmac.new(b"SK0001", text.encode(), hashlib.sha1).digest()
        return headers | {"_api_signature": base64.b64encode(code).decode()}

    def post(self, infno: str, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        return Answer(
            self.client.post(
                f"{self.wire}/fsi/api/rsfComIfsService/callService",
                content=body,
                headers={
                    "content-type": "application/json",
                    **(headers or self.aksk_headers(infno)),
                },
                timeout=10,
            )
        )

    def call(self, infno: str, given: dict[str, Any], **changed: object) -> Answer:
        body = json.dumps(self.envelope(infno, given, **changed), ensure_ascii=False)
        return self.post(infno, body.encode())

    # -- the control API

    def act(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.client.post(f"{self.control}/_control/{path}", json=body)

    def books(self) -> dict[str, Any]:
        return self.client.get(f"{self.control}/_control/books").json()

    def journal(self) -> list[dict[str, Any]]:
        return self.client.get(f"{self.control}/_control/journal").json()["exchanges"]

    def arm(self, operation: str, kind: str, **more: object) -> None:
        armed = self.act("faults", {"operation": operation, "kind": kind, **more})
        assert armed.status_code == 200, armed.text

    def move_clock(self, seconds: int) -> None:
        self.offset_seconds = seconds
        assert self.act("clock", {"offset_seconds": seconds}).status_code == 200

    def person(self, psn_no: str, **changed: object) -> str:
        answer = self.act("persons", {"persons": [{"psn_no": psn_no, **changed}]})
        assert answer.status_code == 200, answer.text
        return psn_no

    def balance(self, psn_no: str) -> int:
        return next(p["balance_fen"] for p in self.books()["persons"] if p["psn_no"] == psn_no)

    # -- inputs

    def diagnosis(self, **ids: str) -> list[dict[str, Any]]:
        return [
            {
                **ids,
                "diag_type": "1",
                "maindiag_flag": "1",
                "diag_srt_no": 1,
                "diag_code": "K80.000",
                "diag_name": "胆囊结石伴急性胆囊炎",
                "diag_dept": "普外科",
                "dise_dor_no": "D000000001",
                "dise_dor_name": "测试医师",
                "diag_time": f"{self.now():%Y-%m-%d %H:%M:%S}",
            }
        ]

    def admission(self, psn_no: str, **changed: object) -> dict[str, Any]:
        certno, _, insutype, _ = IDENTITY[psn_no]
        return {
            "mdtrtinfo": {
                "psn_no": psn_no,
                "insutype": insutype,
                "begntime": f"{self.now():%Y-%m-%d %H:%M:%S}",
                "mdtrt_cert_type": "02",
                "mdtrt_cert_no": certno,
                "cert_type": "01",
                "certno": certno,
                "med_type": "21",
                "ipt_no": f"ZY{psn_no[-4:]}",
                "atddr_no": "D000000001",
                "chfpdr_name": "测试医师",
                "adm_diag_dscr": "胆囊结石",
                "adm_dept_codg": "A01",
                "adm_dept_name": "普外科",
                "adm_bed": "12",
                "dscg_maindiag_code": "K80.000",
                "dscg_maindiag_name": "胆囊结石伴急性胆囊炎",
                "insuplc_admdvs": "009900",
                "mdtrtarea_admvs": "009900",
                **changed,
            },
            "diseinfo": self.diagnosis(psn_no=psn_no),
        }

    def line(
        self, stay: tuple[str, str], item: Item, cnt: str, amount: str, **more: object
    ) -> dict[str, Any]:
        self.sn += 1
        return {
            "feedetl_sn": str(self.sn),
            "mdtrt_id": stay[1],
            "psn_no": stay[0],
            "med_type": "21",
            "fee_ocur_time": f"{self.now():%Y-%m-%d %H:%M:%S}",
            "med_list_codg": item[0],
            "medins_list_codg": "L1",
            "det_item_fee_sumamt": amount,
            "cnt": cnt,
            "pric": item[1],
            "bilg_dept_codg": "A01",
            "bilg_dept_name": "普外科",
            "bilg_dr_codg": "D000000001",
            "bilg_dr_name": "测试医师",
            **more,
        }

    def discharge_input(self, stay: tuple[str, str]) -> dict[str, Any]:
        return {
            "dscginfo": {
                "mdtrt_id": stay[1],
                "psn_no": stay[0],
                "insutype": IDENTITY[stay[0]][2],
                "endtime": f"{self.now():%Y-%m-%d %H:%M:%S}",
                "dscg_dept_codg": "A01",
                "dscg_dept_name": "普外科",
                "dscg_way": "1",
            },
            "diseinfo": self.diagnosis(mdtrt_id=stay[1], psn_no=stay[0]),
        }

    def settling(self, stay: tuple[str, str], medfee: str, **changed: object) -> dict[str, Any]:
        certno, name, insutype, psn_type = IDENTITY[stay[0]]
        return {
            "data": {
                "psn_no": stay[0],
                "mdtrt_cert_type": "02",
                "mdtrt_cert_no": certno,
                "psn_cert_type": "01",
                "certno": certno,
                "psn_type": psn_type,
                "psn_name": name,
                "medfee_sumamt": medfee,
                "psn_setlway": "01",
                "mdtrt_id": stay[1],
                "acct_used_flag": "0",
                "insutype": insutype,
                "mid_setl_flag": "0",
                "insuplc_admdvs": "009900",
                "mdtrtarea_admvs": "009900",
                **changed,
            }
        }

    # -- whole steps

    def admitted(self, psn_no: str = EMPLOYEE) -> tuple[str, str]:
        """An open stay: psn_no, mdtrt_id."""
        output = self.call("2401", self.admission(psn_no)).output
        return psn_no, output["result"]["mdtrt_id"]

    def uploaded(self, stay: tuple[str, str], *lines: tuple[Item, str, str]) -> list[dict]:
        """The result rows of one 2301 of these items, counts and amounts."""
        rows = [self.line(stay, item, cnt, amount) for item, cnt, amount in lines]
        return self.call("2301", {"feedetail": rows}).output["result"]

    def discharged(self, psn_no: str, *lines: tuple[Item, str, str]) -> tuple[str, str]:
        """A stay with these lines, discharged and ready to be settled."""
        stay = self.admitted(psn_no)
        self.uploaded(stay, *lines)
        assert self.call("2402", self.discharge_input(stay)).output is None
        return stay

    def settled(self, stay: tuple[str, str], medfee: str, **changed: object) -> dict[str, Any]:
        return self.call("2304", self.settling(stay, medfee, **changed)).output["setlinfo"]

    def cancelled(self, stay: tuple[str, str], setl_id: str) -> Answer:
        row = {"psn_no": stay[0], "mdtrt_id": stay[1], "setl_id": setl_id}
        return self.call("2305", {"data": row})
