import search


def main():
    return search.first_above([1, 2, 3], limit=5)  # CALLS


main()  # CALLS
