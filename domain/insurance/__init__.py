"""Basic medical insurance (医保) in the core's own words; no transaction number is known here."""
