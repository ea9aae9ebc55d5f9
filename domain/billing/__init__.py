"""Charges of a stay (费用明细): pulled from the HIS, uploaded to the insurer, listed day by day."""
