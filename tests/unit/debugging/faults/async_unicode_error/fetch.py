async def decode(raw):
    return raw.decode("utf-8")  # RAISES


async def fetch_all(raws):
    return [await decode(raw) for raw in raws]  # CALLS
