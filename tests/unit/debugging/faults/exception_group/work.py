def fit(rate):
    return 1 / rate  # CALLS


def score(value):
    return abs(value)  # CALLS
