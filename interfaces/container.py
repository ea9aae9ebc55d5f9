"""The composition root: the only place that knows adapters. Built once per process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dependency_injector import containers, providers
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.hospital.his_grpc.adapter import GrpcHospital
from adapters.insurance.nhsa_core.adapter import NhsaCore
from adapters.insurance.nhsa_core.credentials import BodyKeys, Credentials, Operator
from adapters.insurance.nhsa_core.region import REGIONS
from adapters.notifications.wechat_official_account.messenger import WechatOfficialAccount
from adapters.notifications.wechat_official_account.templates import TemplateSpec
from adapters.payments.wechat_pay.adapter import WechatPay
from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.postgres import PostgresExchanges, PostgresJobs, PostgresStore, make_engine, migrate
from adapters.postgres.enquiries import PostgresEnquiries
from adapters.system.clock import MovableClock, SystemClock, move_clock
from adapters.system.numbers import RandomNumbers
from application.advance_plan import AdvancePlan
from application.billing.exclude_charge import ExcludeCharge
from application.billing.pull_charges import PullCharges
from application.billing.tell_patients import TellPatients
from application.billing.upload_charges import UploadCharges
from application.billing.withdraw_charge import WithdrawCharge, WithdrawUploaded
from application.daily_schedules import DailySchedules
from application.deposits.top_up_deposit import TopUpDeposit
from application.effect import Effect
from application.effects import all_effects
from application.messages.push_message import PushMessage
from application.notices.take_notice import TakeNotice
from application.reconciliation.reconcile_day import ReconcileDay
from application.refunds.refund_deposit import PayOutRefund, RefundDeposit
from application.registrations.register_stay import Registrations
from application.run_job import RunJob
from application.settlements.cancel_settlement import CancelSettlement
from application.settlements.lead_posting import LeadPosting
from application.settlements.settle_admission import DecideSettlement, SettleAdmission
from application.visits.refresh_admission import RefreshAdmission
from domain.identifiers import InstitutionId
from domain.kinds import PLAN_KINDS
from domain.messages.message import MessageKind
from domain.reconciliation.business_day import BEIJING
from interfaces.rest.uses import Uses
from interfaces.settings import Settings
from ports.clock import Clock
from ports.exchanges import Exchanges
from ports.store import Jobs


def business_clock(file: Path | None) -> Clock:
    """The machine's clock; where a file is named, the business clock that it moves."""
    return MovableClock(file) if file else SystemClock()


def _insurer(
    settings: Settings,
    exchanges: Exchanges,
    clock: Clock,
    message_numbers: Callable[[datetime], Awaitable[int]],
) -> NhsaCore:
    given = settings.insurer
    keys = given.body_keys
    return NhsaCore(
        region=REGIONS[given.region],
        credentials=Credentials(
            fixmedins_code=settings.institution.code,
            fixmedins_name=settings.institution.name,
            mdtrtarea_admvs=given.place,
            access_key=given.access_key,
            secret=given.secret.get_secret_value(),
            body_keys=None
            if keys is None
            else BodyKeys(
                sm4_key=keys.sm4_key.get_secret_value(),
                private_key=keys.private_key.get_secret_value(),
                public_key=keys.public_key,
                centre_public_key=keys.centre_public_key,
            ),
        ),
        operator=Operator(code=given.operator_code, name=given.operator_name),
        base_url=given.base_url,
        exchanges=exchanges,
        clock=clock,
        message_numbers=message_numbers,
        timeout_seconds=given.timeout_seconds,
    )


def _wechat_pay(settings: Settings, exchanges: Exchanges, clock: Clock) -> WechatPay:
    given = settings.wechat_pay
    credentials = WechatPayCredentials(
        appid=given.appid,
        mchid=given.mchid,
        apiv3_key=given.apiv3_key.get_secret_value(),
        apiv2_key=given.apiv2_key.get_secret_value(),
        merchant_serial=given.merchant_serial,
        merchant_private_key=given.merchant_private_key.get_secret_value(),
        merchant_certificate=given.merchant_certificate,
        platform_public_key_id=given.platform_public_key_id,
        platform_public_key=given.platform_public_key,
        platform_certificates=given.platform_certificates,
    )
    return WechatPay(
        credentials,
        given.base_url,
        given.secure_base_url,
        f"{settings.public_url}/v1/notices/wechat_pay",
        exchanges,
        clock,
        trusted_ca=given.trusted_ca,
    )


def _messenger(settings: Settings, exchanges: Exchanges, clock: Clock) -> WechatOfficialAccount:
    given = settings.official_account
    templates = {
        MessageKind(kind): TemplateSpec(template_id=template_id, fields=fields)
        for kind, (template_id, fields) in given.templates.items()
    }
    return WechatOfficialAccount(
        given.appid,
        given.secret.get_secret_value(),
        given.base_url,
        templates,
        given.link_base,
        exchanges,
        clock,
    )


def _hospital(settings: Settings, exchanges: Exchanges, clock: Clock) -> GrpcHospital:
    given = settings.his
    secret = given.secret.get_secret_value()
    return GrpcHospital(
        given.target, given.key_id, secret, zone=BEIJING, exchanges=exchanges, clock=clock
    )


def _fill(effects: dict[str, Effect], found: dict[str, Effect]) -> dict[str, Effect]:
    """One effect uploads charges through the loop itself: so the table is filled after both."""
    effects.update(found)
    return effects


class Container(containers.DeclarativeContainer):
    """Who gets what. Read top down: outside systems, loop, use cases, edges."""

    settings = providers.Dependency(instance_of=Settings)
    engine = providers.Dependency(instance_of=AsyncEngine)

    code = providers.Callable(lambda settings: InstitutionId(settings.institution.code), settings)
    rules = providers.Singleton(lambda settings: settings.institution.rules(), settings)
    clock = providers.Singleton(business_clock, settings.provided.clock_file)
    numbers = providers.Singleton(RandomNumbers)
    store = providers.Singleton(PostgresStore, engine, code, PLAN_KINDS)
    jobs = providers.Singleton(PostgresJobs, engine, code)
    exchanges = providers.Singleton(PostgresExchanges, engine, code)
    enquiries = providers.Singleton(PostgresEnquiries, engine, code, PLAN_KINDS)

    insurer = providers.Singleton(
        _insurer, settings, exchanges, clock, store.provided.message_serial
    )
    hospital = providers.Singleton(_hospital, settings, exchanges, clock)
    wechat_pay = providers.Singleton(_wechat_pay, settings, exchanges, clock)
    channels = providers.Dict(wechat_pay=wechat_pay)
    messenger = providers.Singleton(_messenger, settings, exchanges, clock)

    no_effects: providers.Singleton[dict[str, Effect]] = providers.Singleton(dict)
    advance = providers.Singleton(AdvancePlan, store, clock, no_effects)
    pull = providers.Singleton(PullCharges, store, hospital)
    upload = providers.Singleton(UploadCharges, store, clock, numbers, code, insurer, advance)
    withdraw_uploaded = providers.Singleton(WithdrawUploaded, store, clock, numbers, code, advance)
    effects = providers.Singleton(
        _fill,
        no_effects,
        providers.Singleton(
            all_effects, store, insurer, hospital, channels, pull, withdraw_uploaded, upload
        ),
    )

    refresh = providers.Singleton(RefreshAdmission, store, hospital)
    top_up = providers.Singleton(
        TopUpDeposit, store, clock, numbers, code, rules, channels, refresh, advance
    )
    refund = providers.Singleton(
        RefundDeposit, store, clock, numbers, code, rules, refresh, advance
    )
    pay_out = providers.Singleton(PayOutRefund, store, clock, advance)
    settle = providers.Singleton(
        SettleAdmission, store, clock, numbers, code, rules, insurer, refresh, advance
    )
    decide = providers.Singleton(DecideSettlement, store, clock, advance)
    cancel = providers.Singleton(CancelSettlement, store, clock, numbers, code, refresh, advance)
    lead_posting = providers.Singleton(LeadPosting, store, clock, advance, cancel)
    registrations = providers.Singleton(
        Registrations, store, clock, numbers, code, refresh, advance
    )
    withdraw_charge = providers.Singleton(WithdrawCharge, store, pull, withdraw_uploaded)
    exclude_charge = providers.Singleton(ExcludeCharge, store)
    tell = providers.Singleton(TellPatients, store, clock, rules)
    reconcile = providers.Singleton(ReconcileDay, store, clock, insurer, hospital, channels)
    take_notice = providers.Singleton(TakeNotice, store, channels, advance)
    push = providers.Singleton(PushMessage, store, clock, messenger)

    schedules = providers.Singleton(DailySchedules, store, reconcile.provided.systems)
    run_job = providers.Singleton(
        RunJob,
        clock,
        advance,
        push,
        refresh,
        pull,
        withdraw_uploaded,
        upload,
        registrations,
        tell,
        reconcile,
    )
    uses = providers.Singleton(
        Uses,
        top_up=top_up,
        refund=refund,
        pay_out=pay_out,
        settle=settle,
        decide=decide,
        cancel=cancel,
        lead_posting=lead_posting,
        registrations=registrations,
        pull=pull,
        upload=upload,
        withdraw_charge=withdraw_charge,
        exclude_charge=exclude_charge,
        tell=tell,
        reconcile=reconcile,
        take_notice=take_notice,
        refresh=refresh,
        advance=advance,
        store=store,
        clock=clock,
        enquiries=enquiries,
        exchanges=exchanges,
        applications=settings.provided.callers.call(),
    )


@dataclass(frozen=True, slots=True)
class Platform:
    """What a process needs of the container."""

    uses: Uses
    jobs: Jobs
    clock: Clock
    run_job: RunJob
    schedules: DailySchedules


@asynccontextmanager
async def open_platform(settings: Settings) -> AsyncIterator[Platform]:
    """The platform of one process; its connections are closed at the end."""
    engine = make_engine(settings.with_database(), pool_size=settings.database_pool)
    container = Container(settings=settings, engine=engine)
    container.check_dependencies()
    container.effects()
    try:
        yield Platform(
            uses=container.uses(),
            jobs=container.jobs(),
            clock=container.clock(),
            run_job=container.run_job(),
            schedules=container.schedules(),
        )
    finally:
        await container.insurer().close()
        await container.hospital().close()
        await container.wechat_pay().aclose()
        await container.messenger().aclose()
        await engine.dispose()


async def migrate_database(settings: Settings) -> None:
    """Brings the database's schema up to date."""
    await migrate(settings.with_database())


def open_database(folder: Path) -> EmbeddedPostgres:
    """The embedded PostgreSQL whose data lies in `folder`; start it, and stop it at the end."""
    return EmbeddedPostgres(folder)


def move_business_clock(file: Path, offset_seconds: int) -> None:
    """Moves the clock of every process that reads `file`."""
    move_clock(file, offset_seconds)
