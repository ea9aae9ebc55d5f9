"""What one installation is told: a JSON file named by MEDSETTLE_SETTINGS, and a few variables.

Secrets are in the file (mode 0600) and never printed. Unknown keys are refused, so that a misspelt
one is not a silent default.
"""

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from domain.money import Money
from domain.visits.institution import InstitutionRules
from interfaces.rest.uses import Application


class Section(BaseModel):
    """A part of the settings. Frozen; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class InstitutionSettings(Section):
    """医疗机构 and its own rules."""

    code: Annotated[str, Field(min_length=12, max_length=12)]  # 定点医药机构编号
    name: str
    minimum_balance_fen: int = 100_000
    deposit_max_fen: int = 10_000_000
    code_lasts_seconds: int = 900
    difference_limit_fen: int = 100
    insured_patient_percent: int = 30
    posting_patience_seconds: int = 600

    def rules(self) -> InstitutionRules:
        """The rules as the domain knows them."""
        return InstitutionRules(
            name=self.name,
            minimum_balance=Money(self.minimum_balance_fen),
            deposit_max=Money(self.deposit_max_fen),
            code_lasts=timedelta(seconds=self.code_lasts_seconds),
            difference_limit=Money(self.difference_limit_fen),
            insured_patient_percent=self.insured_patient_percent,
            posting_patience=timedelta(seconds=self.posting_patience_seconds),
        )


class ApplicationSettings(Section):
    """An application that may call us. Two live keys are two entries of one name."""

    key_id: str
    name: str
    secret: SecretStr
    role: Literal["channel", "his", "operations"] = "channel"


class BodyKeySettings(Section):
    """Keys of a region that seals its bodies; SM2 keys are Base64."""

    sm4_key: SecretStr
    private_key: SecretStr
    public_key: str
    centre_public_key: str


class InsurerSettings(Section):
    """医保核心. `region` is one of the adapter's README."""

    region: str = "baseline_aksk"
    base_url: str
    access_key: str
    secret: SecretStr
    place: str  # 就医地医保区划
    operator_code: str = "MS0001"
    operator_name: str = "结算平台"
    body_keys: BodyKeySettings | None = None
    timeout_seconds: float = 10.0


class WechatPaySettings(Section):
    """微信支付 of one direct merchant; keys and certificates as PEM text."""

    base_url: str
    secure_base_url: str
    appid: str
    mchid: str
    apiv3_key: SecretStr
    apiv2_key: SecretStr
    merchant_serial: str
    merchant_private_key: SecretStr
    merchant_certificate: str
    platform_public_key_id: str = ""
    platform_public_key: str = ""
    platform_certificates: dict[str, str] = {}
    trusted_ca: str | None = None


class OfficialAccountSettings(Section):
    """微信公众号; templates by message kind: id and field -> word."""

    base_url: str
    appid: str
    secret: SecretStr
    templates: dict[str, tuple[str, dict[str, str]]]
    link_base: str


class HisSettings(Section):
    """院内 HIS over medsettle.his.v1."""

    target: str  # host:port
    key_id: str
    secret: SecretStr


class Settings(Section):
    """One installation."""

    institution: InstitutionSettings
    applications: tuple[ApplicationSettings, ...]
    insurer: InsurerSettings
    wechat_pay: WechatPaySettings
    official_account: OfficialAccountSettings
    his: HisSettings
    database_url: SecretStr | None = None
    database_pool: int = 12
    rest_host: str = "127.0.0.1"
    rest_port: int = 8080
    grpc_port: int = 8081
    public_url: str = "http://127.0.0.1:8080"  # where channels send their notifications
    clock_file: Path | None = None  # only for demo and tests: the business clock can be moved

    def callers(self) -> Mapping[str, Application]:
        """Who may call, by key id."""
        return {
            one.key_id: Application(
                key_id=one.key_id,
                name=one.name,
                secret=one.secret.get_secret_value(),
                role=one.role,
            )
            for one in self.applications
        }

    def with_database(self) -> str:
        """The database's address: MEDSETTLE_DATABASE_URL, else the file's."""
        given = os.environ.get("MEDSETTLE_DATABASE_URL")
        if given:
            return given
        if self.database_url is None:
            raise SystemExit(
                "no database: set MEDSETTLE_DATABASE_URL or database_url in the settings"
            )
        return self.database_url.get_secret_value()


def read_settings(file: Path | None = None) -> Settings:
    """The settings of `file`, or of the file MEDSETTLE_SETTINGS names.

    MEDSETTLE_OPERATOR replaces the insurer's operator: where operators sign on, each process needs
    one of its own, or one would end the other's sign-on.
    """
    named = file or os.environ.get("MEDSETTLE_SETTINGS")
    if named is None:
        raise SystemExit(
            "no settings: set MEDSETTLE_SETTINGS to a JSON file (interfaces/README.md)"
        )
    given = json.loads(Path(named).read_text())
    if operator := os.environ.get("MEDSETTLE_OPERATOR"):
        given["insurer"]["operator_code"] = operator
    return Settings.model_validate(given)
