"""What every adapter under test is given: a clock that can be moved, a record that can be read."""

from datetime import UTC, datetime, timedelta

from ports.clock import Clock
from ports.exchanges import Exchange, Exchanges


class MovableClock(Clock):
    """The machine's clock plus the offset the simulator was given."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class KeptExchanges(Exchanges):
    """Keeps exchanges in memory for the assertions."""

    def __init__(self) -> None:
        self.all: list[Exchange] = []

    async def record(self, exchange: Exchange) -> None:
        self.all.append(exchange)
