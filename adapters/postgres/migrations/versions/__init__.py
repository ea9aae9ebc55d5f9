"""One file a revision, named by its number; each goes up and down."""
