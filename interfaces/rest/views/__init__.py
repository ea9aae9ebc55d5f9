"""What the API shows: one file a resource, each a pydantic model built from the domain's values."""
