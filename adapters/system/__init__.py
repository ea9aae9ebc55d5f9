"""The machine's clock and randomness: the only place where either is read."""
