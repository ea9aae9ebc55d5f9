"""The ledger of money we move or await: append-only, balanced, corrected by counter-entry."""
