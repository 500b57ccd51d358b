"""A vision-language model on this machine, over transformers; see docs/stylist.md.

    LocalVision (a Vision, in the bot) ──► ModelProcess ──► worker ──► network

What it writes is held to a JSON schema token by token, so that its answer always has the form.
"""
