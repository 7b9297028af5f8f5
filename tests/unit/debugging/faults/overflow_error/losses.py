from math import exp


class Loss:
    def mean(self, values):
        return sum(values) / len(values)


def perplexity(loss: Loss, values):
    return exp(loss.mean(values))  # RAISES
