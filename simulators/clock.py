"""A simulator's own business time: the machine's clock plus an offset set by the control API."""

from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


class SimulatedClock:
    """Time as the outside system sees it. Moved by `/_control/clock`, never by itself."""

    def __init__(self) -> None:
        self.offset_seconds = 0

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def beijing(self) -> datetime:
        """The same instant in Asia/Shanghai, in which every Chinese statement is cut."""
        return self.now().astimezone(BEIJING)
