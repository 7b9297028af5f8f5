def first_above(values, limit):
    for value in values:
        if value > limit:
            found = value
            break
    return found  # RAISES
