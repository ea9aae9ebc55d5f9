"""What a commit leaves to be done and told: messages, jobs, results of reconciliations."""

from operator import attrgetter

from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.changesets.writing import Values, Writing
from adapters.postgres.codec import Codec
from adapters.postgres.tables import difference, job, message, reconciliation
from domain.messages.message import Message
from domain.reconciliation.difference import Reconciliation
from ports.store import Changeset

SUBSCRIBER = "wechat_official_account"  # the only one so far
_MESSAGE = insert(message).on_conflict_do_nothing()
_JOB = insert(job)
# The latest commit knows best when; `wakes` tells a worker that has it in hand that it moved.
_WAKE = _JOB.on_conflict_do_update(
    index_elements=["institution_id", "key"],
    set_={"due": _JOB.excluded.due, "wakes": job.c.wakes + 1},
)

words_codec: Codec[dict[str, str]] = Codec(dict[str, str])


async def write_messages(writing: Writing, changes: Changeset) -> None:
    """Messages to be pushed; a number known already is not pushed again."""
    queued = sorted(changes.messages, key=attrgetter("no"))
    await writing.write(_MESSAGE, [_message_row(item) for item in queued])


async def write_reconciliations(writing: Writing, changes: Changeset) -> None:
    """Results, each with its differences."""
    for result in changes.reconciliations:
        run = {
            "day": result.day,
            "system": result.system,
            "changeset_no": writing.changeset_no,
        }
        await writing.write(insert(reconciliation), [run | _totals(result)])
        found = [
            {
                **run,
                "position": position,
                "kind": item.kind,
                "key": item.key,
                "ours": item.ours,
                "theirs": item.theirs,
            }
            for position, item in enumerate(result.differences, start=1)
        ]
        await writing.write(insert(difference), found)


async def write_jobs(writing: Writing, changes: Changeset) -> None:
    """Jobs, new or woken. Last in every transaction: workers lock nothing else."""
    rows = [
        {"key": item.key, "kind": item.kind, "subject": item.subject, "due": item.due}
        for item in sorted(changes.jobs, key=attrgetter("key"))
    ]
    await writing.write(_WAKE, rows)


def _message_row(item: Message) -> Values:
    return {
        "no": item.no,
        "subscriber": SUBSCRIBER,
        "kind": item.kind,
        "admission_no": item.admission_no,
        "at": item.at,
        "words": words_codec.encode(item.words),
        "path": item.path,
    }


def _totals(result: Reconciliation) -> dict[str, object]:
    return {
        "at": result.at,
        "ours_count": result.ours_count,
        "ours_total": result.ours_total,
        "theirs_count": result.theirs_count,
        "theirs_total": result.theirs_total,
    }
