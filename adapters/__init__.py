"""Everything that touches the outside: one folder per system, known only to the container."""
