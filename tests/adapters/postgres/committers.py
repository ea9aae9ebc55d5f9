"""Every committer. Each has to pass test_committers, test_races and test_unknown_commit."""

from collections.abc import Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.codec import PlanCodec
from adapters.postgres.committer import Committer, SimpleCommitter
from domain.identifiers import InstitutionId

COMMITTERS: Mapping[str, Callable[[AsyncEngine, InstitutionId, PlanCodec], Committer]] = {
    "simple": SimpleCommitter,
}
