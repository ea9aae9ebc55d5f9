"""Dictionaries (字典) of coded input fields, by field name; a code outside them is refused.

Printed codes of the Hunan text and the regional ones found in public clients (insurance.md §5.3).
"""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES_NO = _codes("0 1")
_CERTIFICATES = _codes("01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 90 99 990102 990201")

DICTIONARIES: dict[str, frozenset[str]] = {
    "mdtrt_cert_type": _codes("01 02 03"),
    "psn_cert_type": _CERTIFICATES,
    "cert_type": _CERTIFICATES,
    "insutype": _codes("310 320 330 340 350 360 370 380 390 391 392 399 410 510 39905"),
    "psn_type": _codes(
        "11 12 13 14 15 16 18 33 34 99 151 1101 1105 1111 1112 1204 1302 1304 1401 1402 1403"
        " 1404 1405 1701 116003 116013 116015 126013 126015 136003 136011 136019"
    ),
    "med_type": _codes(
        "11 12 13 14 15 16 18 19 21 22 23 24 28 41 51 52 53 54 71 1103 1301 2101 2102 2105"
        " 2106 2107 2109 9901 9902 9903 9904 9925 21303 990101 990103 110104"
    ),
    "psn_setlway": _codes("01 02"),
    "acct_used_flag": _codes("0 1 2"),
    "mid_setl_flag": _YES_NO,
    "refd_setl_flag": _YES_NO,
    "fixmedins_refd_setl_flag": _YES_NO,
    "clr_type": _codes(
        "11 12 13 14 15 18 21 22 27 28 41 51 53 99 1103 9907 9908 9909 9914 9925 9949 9950 9972"
        " 9974 9975 9977 9978 9985 9986 9987 99914 99915 99922 99923 99927 99928 99933 99934"
        " 99938 99939 99940 99943 99945 99946 99948 99949 99950 99952 99953 99958 99959 99960"
        " 99961 99962 99963 99967 99968"
    ),
    "hosp_appr_flag": _codes("0 1 2"),
    "tcmdrug_used_way": _codes("1 2"),
    "etip_flag": _YES_NO,
    "dscg_tkdrug_flag": _YES_NO,
    "matn_fee_flag": _YES_NO,
    "matn_type": _codes("1 2 3 4 5 6 7 9"),
    "birctrl_type": _codes("1 2 3 4 5 6 7 8 9"),
    "latechb_flag": _YES_NO,
    "pret_flag": _YES_NO,
    "cop_flag": _YES_NO,
    "dscg_way": _codes("1 2 3 4 5 9"),
    "diag_type": _codes("1 2 3"),
    "maindiag_flag": _YES_NO,
    "opter_type": _codes("1 2 3"),
}

MED_CHRGITM_TYPES = tuple(f"{number:02d}" for number in range(1, 15))  # 医疗收费项目类别
CHRGITM_LEVELS = ("01", "02", "03")  # 甲类, 乙类, 丙类
