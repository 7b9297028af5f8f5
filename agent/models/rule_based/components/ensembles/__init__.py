"""Ensemble components: functions of `estimator` (and `seed`) that return an estimator built around it."""
