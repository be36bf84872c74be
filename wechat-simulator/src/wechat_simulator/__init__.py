"""A local WeChat: Pay Score, payments, Mini Program and Official Account on the real wire."""
