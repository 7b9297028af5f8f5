from ranking import best


def main():
    return best([{"score": 1}, {"score": None}])  # CALLS


main()  # CALLS
