"""What a failed call to an outside system is to whoever asked for it directly."""

from domain.errors import MedsettleError, OutsideRefused, OutsideUnavailable
from ports.errors import CallFailed, Refused

NOT_YET = frozenset({"not_ready"})  # a no that time mends


def failure(system: str, failed: CallFailed) -> MedsettleError:
    """A definite no is OutsideRefused with their words; anything else may be asked again."""
    text = f"{system}: {failed.code} {failed.text}".replace(":  ", ": ")
    if isinstance(failed, Refused) and failed.code not in NOT_YET:
        return OutsideRefused(text)
    return OutsideUnavailable(text)
