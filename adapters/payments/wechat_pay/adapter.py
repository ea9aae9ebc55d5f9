"""WeChat Pay as a payment channel: chooses the call, ends orders, hands everything else on."""

import ssl
import tempfile
from collections.abc import Mapping
from datetime import date, timedelta

from adapters.payments.wechat_pay.credentials import WechatPayCredentials
from adapters.payments.wechat_pay.notices import Notices
from adapters.payments.wechat_pay.payment_codes import PaymentCodes
from adapters.payments.wechat_pay.statement import READY_HOUR, TradeBill
from adapters.payments.wechat_pay.v2 import V2, SignType
from adapters.payments.wechat_pay.v3 import V3
from adapters.payments.wechat_pay.v3_orders import V3Orders
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

SYSTEM = "wechat_pay"

CAPABILITIES = Capabilities(
    channel=SYSTEM,
    products=frozenset({Product.NATIVE, Product.IN_APP, Product.PAYMENT_CODE}),
    partial_refund=True,
    refund_window=timedelta(days=365),
    undo=Undo.AUTOMATIC,
    payment_code_lasts=timedelta(seconds=45),
    statement_ready_hour=READY_HOUR,
    notice_algorithm="WECHATPAY2-SHA256-RSA2048",
)


class WechatPay(PaymentChannel, PresentsCode, PaysInApp, ChargesCode):
    """微信支付 of one direct merchant."""

    def __init__(
        self,
        credentials: WechatPayCredentials,
        base_url: str,
        secure_base_url: str,  # for /secapi, which wants the merchant's client certificate
        notify_url: str,
        exchanges: Exchanges,
        clock: Clock,
        *,
        v2_sign_type: SignType = SignType.HMAC_SHA256,
        terminal_ip: str = "127.0.0.1",
        reversal_pause_seconds: float = 1.0,
        timeout_seconds: float = 10.0,
        trusted_ca: str | None = None,  # PEM; None trusts the system's authorities
    ) -> None:
        self._http = RecordedHttp(
            SYSTEM, base_url, exchanges, clock, timeout_seconds=timeout_seconds
        )
        self._secure_http = RecordedHttp(
            SYSTEM,
            secure_base_url,
            exchanges,
            clock,
            timeout_seconds=timeout_seconds,
            tls=_client_tls(credentials, trusted_ca),
        )
        self._v3 = V3(credentials, self._http, clock)
        self._orders = V3Orders(self._v3, credentials, notify_url)
        v2 = V2(credentials, self._http, self._secure_http, v2_sign_type)
        self._codes = PaymentCodes(v2, terminal_ip)
        self._notices = Notices(credentials, clock)
        self._trade_bill = TradeBill(self._v3, credentials.mchid, clock)
        self._reversal_pause_seconds = reversal_pause_seconds

    @property
    def capabilities(self) -> Capabilities:
        """能力表."""
        return CAPABILITIES

    async def present_code(self, order: PaymentOrder) -> CodeShown:
        """Native 下单."""
        return CodeShown(code_url=await self._orders.open("native", order, "code_url"))

    async def open_in_app(self, order: PaymentOrder) -> InAppPayment:
        """JSAPI 下单, with what the page needs to call up the wallet."""
        prepay_id = await self._orders.open("jsapi", order, "prepay_id")
        return InAppPayment(parameters=self._v3.page_parameters(prepay_id))

    async def charge_code(self, order: PaymentOrder) -> PaymentView:
        """付款码支付."""
        return await self._codes.charge(order)

    async def query(self, key: AttemptKey, product: Product) -> PaymentView:
        """查单."""
        if product is Product.PAYMENT_CODE:
            return await self._codes.query(key)
        return await self._orders.query(key)

    async def close(self, key: AttemptKey, product: Product) -> PaymentView:
        """关单, or 撤销 of a payment code; the query afterwards says how the order stands."""
        if product is Product.PAYMENT_CODE:
            return await reversed_order(
                lambda: self._codes.query(key),
                lambda: self._codes.reverse(key),
                self._reversal_pause_seconds,
            )
        await self._orders.close(key)
        view = await found_out(self._orders.query(key))
        if view.state is PaymentState.PAID or view.state in ENDED:
            return view
        raise OutcomeUnknown(f"close: the order is still {view.code}", code=view.code)

    async def refund(self, order: RefundOrder) -> RefundView:
        """申请退款."""
        return await self._orders.refund(order)

    async def query_refund(self, key: AttemptKey, payment_key: AttemptKey) -> RefundView:
        """查询退款."""
        return await self._orders.query_refund(key, payment_key)

    async def statement(self, day: date) -> tuple[StatementLine, ...]:
        """交易账单."""
        return await self._trade_bill.lines(day)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice | RefundNotice:
        """回调通知."""
        return self._notices.read(headers, body)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.close()
        await self._secure_http.close()


def _client_tls(credentials: WechatPayCredentials, trusted_ca: str | None) -> ssl.SSLContext:
    """A context that shows the merchant certificate. The library reads keys from files only."""
    context = ssl.create_default_context(cadata=trusted_ca)
    with tempfile.NamedTemporaryFile() as file:  # mode 0600, gone at the end of the block
        file.write(
            f"{credentials.merchant_certificate}\n{credentials.merchant_private_key}".encode()
        )
        file.flush()
        context.load_cert_chain(file.name)
    return context
