"""Fresh plan numbers: two letters, Beijing time, eight random letters or digits."""

import secrets
from datetime import datetime, timedelta, timezone

from domain.identifiers import PlanNo
from ports.clock import Numbers

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
RANDOM_LENGTH = 8  # 40 bits within one second; a unique constraint catches the rest


class RandomNumbers(Numbers):
    """Numbers nobody can guess and two processes will not both draw."""

    def plan_no(self, prefix: str, at: datetime) -> PlanNo:
        tail = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
        return PlanNo(f"{prefix}{at.astimezone(BEIJING):%Y%m%d%H%M%S}{tail}")
