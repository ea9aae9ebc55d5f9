"""Between the core's words and the domain's: pure functions, one file per subject.

Outgoing amounts are quoted numbers, which the text allows (§1.3), so that no float can arise.
"""
