"""Model components: functions of `seed` (or of nothing) that return a scikit-learn estimator."""
