"""What is pushed to a patient: born with the money it speaks of, delivered at least once."""
