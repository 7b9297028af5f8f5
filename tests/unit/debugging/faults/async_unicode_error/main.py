import asyncio

from fetch import fetch_all

asyncio.run(fetch_all([b"ok", b"\xff"]))  # CALLS
