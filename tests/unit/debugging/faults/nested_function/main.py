from closures import make_counter


def main():
    count = make_counter("3")
    return count(4)  # CALLS


main()  # CALLS
