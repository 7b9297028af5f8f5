from pairs import pairs


def main():
    return list(pairs(iter([1, 2, 3])))  # RAISES


main()  # CALLS
