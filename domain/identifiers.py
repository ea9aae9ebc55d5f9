"""Names of things. Plain text with a type, so that one number cannot stand in for another."""

from typing import NewType

InstitutionId = NewType("InstitutionId", str)  # 定点医药机构编号, 12 characters
AdmissionNo = NewType("AdmissionNo", str)  # 住院号, the HIS's
PlanNo = NewType("PlanNo", str)  # our own number of a plan, unique for ever
AttemptKey = NewType("AttemptKey", str)  # the number one attempt goes by at the other side
ChargeNo = NewType("ChargeNo", str)  # 费用流水号, the HIS's
OpenId = NewType("OpenId", str)  # the patient as the WeChat official account knows him
