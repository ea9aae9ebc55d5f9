"""Alipay (支付宝) for a direct merchant: gateway, RSA2, public key or certificates."""
