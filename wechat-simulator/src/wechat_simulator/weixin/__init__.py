"""WeChat apart from money: Mini Program login, tokens, messages, links and the message push.

Pure rules (time and randomness are arguments) stand in modules without I/O; the HTTP surface and
the pusher use them. The word *app* means one account on the platform: a Mini Program or an
Official Account.
"""
