"""Training components: functions of `rows`, `targets` and perhaps `seed` that return both, with copies at the end."""
