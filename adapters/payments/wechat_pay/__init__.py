"""WeChat Pay (微信支付) for a direct merchant: API v3, and v2 where the payment code needs it."""
