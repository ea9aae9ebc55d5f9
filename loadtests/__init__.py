"""Load journeys and benchmarks. Talks to the platform over its wires; imports only `contracts`."""
