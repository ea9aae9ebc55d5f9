"""The machinery every plan runs on: shares, steps, attempts, evidence, the next action."""
