"""Alipay as a payment channel: chooses the call, ends orders, hands everything else on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from adapters.payments.alipay.bill import READY_HOUR, DailyBill
from adapters.payments.alipay.credentials import AlipayCredentials
from adapters.payments.alipay.gateway import Gateway
from adapters.payments.alipay.notices import REPLY, Notices
from adapters.payments.alipay.signatures import SIGN_TYPE
from adapters.payments.alipay.trades import Trades
from adapters.wire.found_out import found_out
from adapters.wire.order_reversal import ENDED, reversed_order
from adapters.wire.recorded_http import RecordedHttp
from domain.identifiers import AttemptKey
from domain.payments.payment import (
    PaymentNotice,
    PaymentOrder,
    PaymentState,
    PaymentView,
    Product,
    RefundNotice,
    RefundOrder,
    RefundView,
    StatementLine,
)
from ports.clock import Clock
from ports.errors import OutcomeUnknown
from ports.exchanges import Exchanges
from ports.payment_channels import (
    Capabilities,
    ChargesCode,
    CodeShown,
    InAppPayment,
    PaymentChannel,
    PaysInApp,
    PresentsCode,
    Undo,
)

SYSTEM = "alipay"

CAPABILITIES = Capabilities(
    channel=SYSTEM,
    products=frozenset({Product.NATIVE, Product.IN_APP, Product.PAYMENT_CODE}),
    partial_refund=True,
    refund_window=timedelta(days=365),
    undo=Undo.AUTOMATIC,
    payment_code_lasts=timedelta(seconds=60),
    statement_ready_hour=READY_HOUR,
    notice_algorithm=SIGN_TYPE,
    notice_reply=REPLY,
)


class Alipay(PaymentChannel, PresentsCode, PaysInApp, ChargesCode):
    """支付宝 of one direct merchant."""

    def __init__(
        self,
        credentials: AlipayCredentials,
        base_url: str,  # of the gateway, without its path
        bill_base_url: str,  # of the bill centre, where statements are downloaded
        notify_url: str,
        exchanges: Exchanges,
        clock: Clock,
        *,
        mini_program: str = "",  # op_app_id: for patients who pay inside a mini program
        refund_window: timedelta = CAPABILITIES.refund_window,  # by contract
        notice_max_age_seconds: float = 300.0,
        cancellation_pause_seconds: float = 1.0,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._http, self._bill_http = (
            RecordedHttp(SYSTEM, url, exchanges, clock, timeout_seconds=timeout_seconds)
            for url in (base_url, bill_base_url)
        )
        gateway = Gateway(credentials, self._http, clock, notify_url)
        self._trades = Trades(gateway, mini_program)
        self._notices = Notices(credentials, clock, notice_max_age_seconds)
        self._bill = DailyBill(
            gateway, self._bill_http, bill_base_url, credentials.seller_id, clock
        )
        self._pause_seconds = cancellation_pause_seconds
        self._capabilities = replace(CAPABILITIES, refund_window=refund_window)

    @property
    def capabilities(self) -> Capabilities:
        """能力表."""
        return self._capabilities

    async def present_code(self, order: PaymentOrder) -> CodeShown:
        """预创建: the code the patient scans."""
        return CodeShown(code_url=await self._trades.precreate(order))

    async def open_in_app(self, order: PaymentOrder) -> InAppPayment:
        """交易创建, with what the page passes to `tradePay`."""
        return InAppPayment(parameters={"tradeNO": await self._trades.create(order)})

    async def charge_code(self, order: PaymentOrder) -> PaymentView:
        """付款码支付."""
        return await self._trades.pay(order)

    async def query(self, key: AttemptKey, product: Product) -> PaymentView:
        """交易查询. An order whose code nobody has scanned is not found."""
        return await self._trades.query(key, product)

    async def close(self, key: AttemptKey, product: Product) -> PaymentView:
        """关闭, or 撤销 of a payment code; the query afterwards says how the order stands."""
        if product is Product.PAYMENT_CODE:
            return await reversed_order(
                lambda: self._trades.query(key, product),
                lambda: self._trades.cancel(key),
                self._pause_seconds,
            )
        await self._trades.close(key)
        view = await found_out(self._trades.query(key, product))
        if view.state is PaymentState.PAID or view.state in ENDED:
            return view
        raise OutcomeUnknown(f"close: the order is still {view.code}", code=view.code)

    async def refund(self, order: RefundOrder) -> RefundView:
        """退款."""
        return await self._trades.refund(order)

    async def query_refund(self, key: AttemptKey, payment_key: AttemptKey) -> RefundView:
        """退款查询."""
        return await self._trades.query_refund(key, payment_key)

    async def statement(self, day: date) -> tuple[StatementLine, ...]:
        """业务账单."""
        return await self._bill.lines(day)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice | RefundNotice:
        """异步通知. Everything is in the form, the signature too."""
        return self._notices.read(body)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.close()
        await self._bill_http.close()
