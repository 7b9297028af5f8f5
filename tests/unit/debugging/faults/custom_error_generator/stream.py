from problems import Diverged


def batches(rows, size):
    for start in range(0, len(rows), size):
        yield [checked(row) for row in rows[start : start + size]]  # CALLS


def checked(row):
    if row is None:
        raise Diverged(row, step=3)  # RAISES
    return row
