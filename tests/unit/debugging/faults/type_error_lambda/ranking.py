def scaled(value, factor=10):
    return value * factor  # RAISES


def best(entries):
    weight = lambda entry: scaled(entry["score"])  # CALLS
    return max(entries, key=weight)  # CALLS
