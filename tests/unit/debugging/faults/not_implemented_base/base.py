class Estimator:
    def __init__(self, penalty):
        self.penalty = penalty

    def fit(self, rows):
        for row in rows:
            self.update(row)  # CALLS

    def update(self, row):
        raise NotImplementedError(f"{type(self).__name__}.update")  # RAISES
