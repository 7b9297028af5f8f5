"""Feature components: functions without arguments that return a scikit-learn transformer."""
