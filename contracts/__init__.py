"""Published wire contracts: the protos, the code generated from them, and the REST OpenAPI."""
