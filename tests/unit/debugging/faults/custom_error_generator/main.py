from stream import batches


def count(rows):
    return sum(len(batch) for batch in batches(rows, 2))  # CALLS


if __name__ == "__main__":
    count([1, 2, 3, None])  # CALLS
