"""The gRPC edge: parse, call the same use cases as REST, present."""
