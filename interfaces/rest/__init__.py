"""REST: resources over the use cases; signed, idempotent, errors as problem documents."""
