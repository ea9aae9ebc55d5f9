"""What screens read: one query file per screen, each answering with frozen rows."""

from adapters.postgres.enquiries.enquiries import PostgresEnquiries

__all__ = ["PostgresEnquiries"]
