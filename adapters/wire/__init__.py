"""What several wires need: a recording HTTP client, strict fields, RSA, questions after a call."""
