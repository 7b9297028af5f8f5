def halve(value):
    return value / 2  # RAISES
