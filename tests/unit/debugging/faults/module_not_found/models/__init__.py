from .registry import build  # CALLS
