from rules import halve

NAMES = ["a", "b"]


def describe():
    return dict(zip(NAMES, HALVES))


RAW = ["2", "4"]
HALVES = [halve(value) for value in RAW]  # CALLS
