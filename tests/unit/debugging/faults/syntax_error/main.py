from features import scale  # CALLS


def load():
    return [1.0, 2.0]


print(scale(load()))
