def second(values):
    return next(values)  # CALLS


def pairs(values):
    for value in values:
        yield value, second(values)  # CALLS
