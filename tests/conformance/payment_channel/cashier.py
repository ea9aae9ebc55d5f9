"""A cashier at the channel under test: orders and refunds with fresh numbers."""

import uuid
from datetime import timedelta

import pytest

from domain.identifiers import AttemptKey
from domain.money import Money
from domain.payments.payment import PaymentOrder, PaymentState, PaymentView, Product, RefundOrder
from ports.payment_channels import ChargesCode, PaysInApp, PresentsCode
from tests.conformance.payment_channel.world import CodeBehaviour, World


class Cashier:
    """Does what the core does. A product the channel does not have skips the case."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def order(
        self,
        product: Product,
        fen: int = 12345,
        behaviour: CodeBehaviour = CodeBehaviour.ASKS_PASSWORD,
    ) -> PaymentOrder:
        """An order not yet given to the channel."""
        if product not in self._world.channel.capabilities.products:
            pytest.skip(f"the channel has no {product}")
        scanned = product is Product.PAYMENT_CODE
        return PaymentOrder(
            key=AttemptKey("DP" + uuid.uuid4().hex[:24].upper()),
            amount=Money(fen),
            subject="住院预交金",
            expires_at=self._world.now() + timedelta(minutes=30),
            openid=self._world.openid() if product is Product.IN_APP else "",
            auth_code=await self._world.payment_code(behaviour) if scanned else "",
            terminal="W03",
        )

    async def open(self, order: PaymentOrder) -> None:
        """Gives the order to the channel: it then waits for the patient."""
        channel = self._world.channel
        if order.auth_code:
            assert (await self.charge(order)).state is PaymentState.PAYING
        elif order.openid:
            assert isinstance(channel, PaysInApp)
            assert (await channel.open_in_app(order)).parameters
        else:
            assert isinstance(channel, PresentsCode)
            assert (await channel.present_code(order)).code_url

    async def charge(self, order: PaymentOrder) -> PaymentView:
        """Charges the scanned code."""
        assert isinstance(self._world.channel, ChargesCode)
        return await self._world.channel.charge_code(order)

    async def opened(self, product: Product, fen: int = 12345) -> PaymentOrder:
        """An order that waits for the patient."""
        order = await self.order(product, fen)
        await self.open(order)
        if product is Product.NATIVE:
            await self._world.patient_looks(order)
        return order

    async def paid(self, product: Product, fen: int = 12345) -> PaymentOrder:
        """An order the patient paid."""
        order = await self.order(product, fen, CodeBehaviour.PAYS)
        if order.auth_code:
            assert (await self.charge(order)).state is PaymentState.PAID
        else:
            await self.open(order)
            await self._world.patient_pays(order)
        return order

    @staticmethod
    def refund(of: PaymentOrder, fen: int) -> RefundOrder:
        """A refund not yet given to the channel."""
        return RefundOrder(
            key=AttemptKey("RF" + uuid.uuid4().hex[:24].upper()),
            payment_key=of.key,
            amount=Money(fen),
            payment_amount=of.amount,
            reason="出院结算退余额",
        )
