import functools


def positive(function):
    """The function's answers must be above 0."""

    @functools.wraps(function)
    def checked(*args):
        answer = function(*args)
        assert answer > 0, f"{function.__name__} gave {answer}"  # RAISES
        return answer

    return checked
