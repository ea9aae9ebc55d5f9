"""Facts other than plans and money that a plan's outcome writes down."""

from domain.billing.charge import ChargesMarked
from domain.insurance.stay import InsuredStay
from domain.visits.admission import Admission

Record = Admission | InsuredStay | ChargesMarked
