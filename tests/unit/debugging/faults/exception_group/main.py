from jobs import run_all


def main():
    run_all([("fit", 0), ("score", "x")])  # CALLS


main()  # CALLS
