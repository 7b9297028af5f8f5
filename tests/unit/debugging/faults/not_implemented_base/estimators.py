import base


class Ridge(base.Estimator):
    def fit(self, rows):
        self.total = sum(rows)
        super().fit(rows)  # CALLS
