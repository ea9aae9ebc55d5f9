"""The rules of hospital money. Standard library only; time and ids come in as arguments."""
