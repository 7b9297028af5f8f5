from stats import mean, spread


def report(rows):
    return {name: spread(values) for name, values in rows.items()}  # CALLS


if __name__ == "__main__":
    print(mean([1, 2]))
    print(report({"a": [1, 2, 3], "b": []}))  # CALLS
