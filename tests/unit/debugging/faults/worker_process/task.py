def invert(value):
    return 1 / value  # RAISES


def work(value):
    return invert(value)  # CALLS
