"""Inference: body understanding, try-on backends and the job that runs them."""
