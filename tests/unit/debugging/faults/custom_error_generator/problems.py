class Diverged(ArithmeticError):
    """The loss is no number any more."""

    def __init__(self, value, step):
        super().__init__(f"{value!r} at step {step}")
