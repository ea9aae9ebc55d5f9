"""The simulated HIS: medsettle.his.v1 on a gRPC socket, with its own books and staff."""
