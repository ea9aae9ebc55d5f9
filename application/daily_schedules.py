"""What happens every day by itself, each schedule once per period across all replicas."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.reconciliation.business_day import business_date, moment
from ports.store import Changeset, Job, KeyTaken, Store

LOOK_BACK_DAYS = 7  # a platform that was down longer starts afresh


@dataclass(frozen=True, slots=True)
class Schedule:
    """One kind of job a day, at a Beijing time; per stay or per outside system."""

    kind: str
    hour: int
    minute: int
    per_stay: bool


SCHEDULES = (
    Schedule("pull_charges", 1, 0, per_stay=True),  # 住院处方信息获取
    Schedule("upload_charges", 2, 0, per_stay=True),  # 费用上传, changes reported first
    Schedule("daily_list", 7, 0, per_stay=True),  # 日清单 of the day before
    Schedule("arrears", 8, 0, per_stay=True),  # 欠费催缴
    Schedule("reconcile", 10, 30, per_stay=False),  # 对账 of the day before
)


class DailySchedules:
    """Turns due periods into jobs; a period is claimed in the commit that creates its jobs."""

    def __init__(self, store: Store, systems: tuple[str, ...]) -> None:
        self._store = store
        self._systems = systems
        self._claimed: set[tuple[str, date]] = set()

    async def __call__(self, now: datetime) -> int:
        """Creates the jobs of every due period nobody has claimed; returns how many periods."""
        today = business_date(now)
        started = 0
        for back in range(LOOK_BACK_DAYS, -1, -1):
            day = today - timedelta(days=back)
            for schedule in SCHEDULES:
                if (schedule.kind, day) in self._claimed:
                    continue
                if moment(day, schedule.hour, schedule.minute) > now:
                    continue
                started += await self._claim(schedule, day, now)
                self._claimed.add((schedule.kind, day))
        return started

    async def _claim(self, schedule: Schedule, day: date, now: datetime) -> int:
        subjects = await self._store.open_admissions() if schedule.per_stay else self._systems
        jobs = [
            Job(
                key=f"{schedule.kind}:{subject}:{day.isoformat()}",
                kind=schedule.kind,
                subject=f"{subject}:{day.isoformat()}",
                due=now,
            )
            for subject in subjects
        ]
        run = (schedule.kind, day.isoformat())
        try:
            await self._store.commit(Changeset(schedule_run=run, jobs=jobs))
        except KeyTaken:
            return 0
        return 1
