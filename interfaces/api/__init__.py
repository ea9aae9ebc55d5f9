"""The API process: REST and gRPC on one event loop."""
