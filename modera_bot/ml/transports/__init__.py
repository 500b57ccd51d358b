"""How hosted models are reached: one file per provider, over its official SDK.

A transport knows addresses, keys, deadlines, retries and prices; what is asked for is up to
the backends. All of them raise ProviderError or Refusal, within their deadline.
"""
