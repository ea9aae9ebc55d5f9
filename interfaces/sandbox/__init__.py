"""A whole hospital on one machine: keys, PostgreSQL, simulators and platform as real processes."""
