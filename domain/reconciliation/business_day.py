"""A business day (业务日期): 00:00 to 24:00 in Asia/Shanghai, where every statement is cut."""

from datetime import UTC, date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def business_date(at: datetime) -> date:
    """The business date of an instant."""
    return at.astimezone(BEIJING).date()


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of the day and the first of the next, in UTC."""
    start = datetime.combine(day, time(), BEIJING)
    return start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """That Beijing time of that day, in UTC."""
    return datetime.combine(day, time(hour, minute), BEIJING).astimezone(UTC)
