"""The inpatient stay as the HIS knows it, and the patient's account during it."""
