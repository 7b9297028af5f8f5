from schedule import cosine


class Trainer:
    def __init__(self, epochs):
        self.epochs = epochs

    def run(self):
        for epoch in range(self.epochs):
            self.step(epoch)  # CALLS

    def step(self, epoch):
        rate = cosine(epoch, self.epochs)
        return rate * scale  # RAISES
