"""Models on this machine's own GPU, each in a process of its own.

    ModelProcess (the bot's side) ──Request, STOP──► worker.serve (the model's side)
                                  ◄──Loaded, Step, answer | Stopped | ModeraError──

torch is imported only on the model's side, and nothing that happens on the GPU can end the bot.
"""
