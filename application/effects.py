"""Every effect of every plan, by its name: what the loop can do."""

from collections.abc import Mapping

from application.billing.effects import CompleteCharges, UploadBatch, WithdrawCharge
from application.billing.pull_charges import PullCharges
from application.billing.upload_charges import UploadCharges
from application.billing.withdraw_charge import WithdrawUploaded
from application.deposits.effects import CollectPayment, SaveToHis
from application.effect import Effect
from application.refunds.effects import AgreeWithHis, ReturnMoney
from application.registrations.effects import (
    CheckEntitlement,
    Identify,
    RegisterAdmission,
    WithdrawCharges,
    WithdrawRegistration,
)
from application.settlements.his_effects import (
    AskHisResult,
    CancelAtHis,
    ConfirmWithHis,
    LockBill,
    LockForCancellation,
    PostToHis,
    UnlockBill,
)
from application.settlements.insurer_effects import (
    CancelInsurance,
    ChangeRegistration,
    PreSettle,
    RegisterDischarge,
    SettleInsurance,
    UndoDischarge,
)
from ports.hospital import Hospital
from ports.insurer import Insurer
from ports.payment_channels import PaymentChannel
from ports.store import Store


def all_effects(
    store: Store,
    insurer: Insurer,
    hospital: Hospital,
    channels: Mapping[str, PaymentChannel],
    pull: PullCharges,
    withdraw: WithdrawUploaded,
    upload: UploadCharges,
) -> dict[str, Effect]:
    """The table the loop looks effects up in."""
    effects: tuple[Effect, ...] = (
        CollectPayment(channels),
        SaveToHis(hospital),
        AgreeWithHis(hospital),
        ReturnMoney(channels),
        Identify(insurer),
        CheckEntitlement(insurer),
        RegisterAdmission(insurer),
        WithdrawCharges(insurer),
        WithdrawRegistration(insurer),
        ChangeRegistration(insurer),
        UploadBatch(insurer, store),
        WithdrawCharge(insurer),
        LockBill(hospital),
        CompleteCharges(pull, withdraw, upload, store),
        RegisterDischarge(insurer),
        PreSettle(insurer),
        ConfirmWithHis(hospital),
        SettleInsurance(insurer),
        PostToHis(hospital),
        LockForCancellation(hospital),
        CancelInsurance(insurer),
        CancelAtHis(hospital),
        UndoDischarge(insurer),
        UnlockBill(hospital),
        AskHisResult(hospital),
    )
    return {effect.name: effect for effect in effects}
