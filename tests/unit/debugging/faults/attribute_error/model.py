class Model:
    def fit(self, inputs, labels):
        self.mean = sum(labels) / len(labels)

    def predict(self, inputs):
        answers = [value % 2 for value in inputs]
