"""One file, one thing the hospital asks for. `advance_plan` is the one loop."""
