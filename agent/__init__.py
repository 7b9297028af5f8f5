"""Echolocate's closed research loop: everything that decides."""
