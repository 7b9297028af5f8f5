from loading import load


def main(path):
    rows = load(path)  # CALLS
    return len(rows)


main("data.csv")  # CALLS
