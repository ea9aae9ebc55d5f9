"""The input nodes of every simulated transaction, as the interface text lists them.

`name:type` with S(n) text, N number, D date, T datetime, X date or datetime; `!` required, `+`
required in the Hunan edition only. Spelling errors (`dscgTime`, `admvs`) are the contract's own.
"""

_DIAGNOSIS = """
    diag_type:S3! maindiag_flag:S3! diag_srt_no:N2! diag_code:S20! diag_name:S100!
    diag_dept:S50! dise_dor_no:S30! dise_dor_name:S50! diag_time:T!
"""

_MATERNITY = """
    fpsc_no:S50 matn_type:S6 birctrl_type:S6 latechb_flag:S3 geso_val:N2 fetts:N3 fetus_cnt:N3
    pret_flag:S3 birctrl_matn_date:D
"""

_SURGERY = "dise_codg:S30 dise_name:S500 oprn_oprt_code:S30 oprn_oprt_name:S500"

_WARD = """
    coner_name:S50 tel:S50 begntime:T! mdtrt_cert_type:S3! med_type:S6! medrcdno:S30 atddr_no:S30!
    chfpdr_name:S50! adm_diag_dscr:S200! adm_dept_codg:S30! adm_dept_name:S100! adm_bed:S30!
    dscg_maindiag_code:S20! dscg_maindiag_name:S300! main_cond_dscr:S1000 dise_type_code:S6
    exp_content:S4000
"""

_SETTLING = """
    psn_no:S30! mdtrt_cert_type:S3! mdtrt_cert_no:S50 card_sn:S32 psn_cert_type:S3+ certno:S20+
    psn_type:S3+ psn_name:S20+ medfee_sumamt:N16.2! psn_setlway:S6! mdtrt_id:S30! insutype:S6!
    insuplc_admdvs:S6+ mdtrtarea_admvs:S6+ mid_setl_flag:S3! fulamt_ownpay_amt:N16.2
    overlmt_selfpay:N16.2 preselfpay_amt:N16.2 inscp_scp_amt:N16.2 dscgTime:D exp_content:S4000
"""

_VISIT = "mdtrt_id:S30! psn_no:S30!"

INPUT_NODES: dict[tuple[str, str], str] = {
    ("9001", "signIn"): "opter_no:S20! mac:S20! ip:S20!",
    ("9002", "signOut"): "sign_no:S30! opter_no:S20!",
    ("9101", "fsUploadIn"): "filename:S200! fixmedins_code:S30!",  # `in` is read by files.py
    ("9102", "fsDownloadIn"): "file_qury_no:S30! filename:S200! fixmedins_code:S30!",
    ("1101", "data"): """
        mdtrt_cert_type:S3! mdtrt_cert_no:S50! card_sn:S32 begntime:T psn_cert_type:S6+
        certno:S50+ psn_name:S50+
    """,
    ("2001", "data"): f"""
        psn_no:S30! insutype:S6! fixmedins_code:S12! med_type:S6! begntime:T! endtime:T
        {_SURGERY} matn_type:S6 birctrl_type:S6 exp_content:S4000
    """,
    # feedetl_sn is N(30) in Hunan and text of 30 in the national baseline: text accepts both.
    ("2301", "feedetail"): f"""
        feedetl_sn:S30! init_feedetl_sn:S30 {_VISIT} drord_no:S30 med_type:S6! fee_ocur_time:T!
        med_list_codg:S50! medins_list_codg:S150! det_item_fee_sumamt:N16.2! cnt:N16.4!
        pric:N16.6! bilg_dept_codg:S30! bilg_dept_name:S100! bilg_dr_codg:S30! bilg_dr_name:S50!
        acord_dept_codg:S30 acord_dept_name:S100 orders_dr_code:S30 orders_dr_name:S50
        hosp_appr_flag:S3 tcmdrug_used_way:S6 etip_flag:S3 etip_hosp_code:S30
        dscg_tkdrug_flag:S3 matn_fee_flag:S6 memo:S500 comb_no:S3 exp_content:S4000
    """,
    ("2302", "data"): f"feedetl_sn:S30! {_VISIT} exp_content:S4000",
    ("2303", "data"): f"{_SETTLING} acct_used_flag:S1",
    ("2304", "data"): f"{_SETTLING} acct_used_flag:S1! invono:S20",
    ("2305", "data"): f"setl_id:S30! {_VISIT} exp_content:S4000",
    ("2401", "mdtrtinfo"): f"""
        psn_no:S30! insutype:S6! mdtrt_cert_no:S50 card_sn:S32 cert_type:S3! certno:S20!
        ipt_no:S30! insuplc_admdvs:S6+ mdtrtarea_admvs:S6+ {_WARD} {_SURGERY} {_MATERNITY}
    """,
    ("2401", "diseinfo"): f"psn_no:S30! {_DIAGNOSIS} adm_cond:S500",
    ("2402", "dscginfo"): f"""
        {_VISIT} insutype:S6! endtime:T! {_SURGERY} {_MATERNITY} cop_flag:S3 dscg_dept_codg:S30!
        dscg_dept_name:S100! dscg_bed:S30 dscg_way:S3! die_date:D exp_content:S4000
    """,
    ("2402", "diseinfo"): f"{_VISIT} {_DIAGNOSIS}",
    ("2403", "adminfo"): f"""
        {_VISIT} endtime:T ipt_otp_no:S30! ttp_pay_prop:N5.4 {_WARD} {_SURGERY} {_MATERNITY}
    """,
    ("2403", "diseinfo"): f"{_VISIT} {_DIAGNOSIS} adm_cond:S500",
    ("2404", "data"): f"{_VISIT} exp_content:S4000",
    ("2405", "data"): f"{_VISIT} exp_content:S4000",
    ("2601", "data"): "psn_no:S30! omsgid:S30! oinfno:S4!",
    ("3201", "data"): """
        insutype:S6! clr_type:S6! setl_optins:S6! stmt_begndate:D! stmt_enddate:D!
        medfee_sumamt:N16.2! fund_pay_sumamt:N16.2! acct_pay:N16.2! fixmedins_setl_cnt:N10!
        refd_setl_flag:S6 fixmedins_refd_setl_flag:S6!
    """,
    ("3202", "data"): """
        setl_optins:S6! file_qury_no:S30! stmt_begndate:D! stmt_enddate:D! medfee_sumamt:N16.2!
        fund_pay_sumamt:N16.2! cash_payamt:N16.2! fixmedins_setl_cnt:N10! clr_type:S6+
        refd_setl_flag:S3 fixmedins_refd_setl_flag:S6+
    """,
    ("5201", "data"): "psn_no:S30! begntime:X! endtime:X! med_type:S6! mdtrt_id:S30",
    ("5203", "data"): f"setl_id:S30! {_VISIT}",
    ("5303", "data"): "psn_no:S30 begntime:X! endtime:X!",
}
