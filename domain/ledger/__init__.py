"""The ledger of money we move or await: append-only, balanced per journal, corrected by counter-entry."""
