"""One file a resource: parse, command, call, present. No rule of hospital money lives here."""
