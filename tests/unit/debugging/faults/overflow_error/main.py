from losses import Loss, perplexity


class Meter:
    def __init__(self):
        self.loss = Loss()

    def update(self, values):
        self.last = perplexity(self.loss, values)  # CALLS


meter = Meter()
meter.update([1e3, 2e3])  # CALLS
