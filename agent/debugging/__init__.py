"""Debugging by traceback and the local code structure around it (Dolphin, arXiv 2501.03916)."""
