"""Inpatient deposits (住院预交金): the guarded balance, the lots it came in, how it goes back."""
