"""Ways in: REST, gRPC, the worker, the command line; and the one place where everything meets."""
