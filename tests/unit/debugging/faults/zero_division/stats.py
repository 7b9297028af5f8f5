import math


def mean(values):
    return sum(values) / len(values)  # RAISES


def spread(values):
    centre = mean(values)  # CALLS
    return math.sqrt(mean([(value - centre) ** 2 for value in values]))
