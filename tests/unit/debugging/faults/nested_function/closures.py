def make_counter(start):
    total = start

    def count(amount):
        nonlocal total

        def add(value):
            return total + value  # RAISES

        total = add(amount)  # CALLS
        return total

    return count
