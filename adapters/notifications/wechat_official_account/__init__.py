"""WeChat official account (微信公众号): template messages to followers."""
