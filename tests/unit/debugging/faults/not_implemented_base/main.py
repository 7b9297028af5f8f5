from estimators import Ridge


def main():
    estimator = Ridge(0.1)
    estimator.fit([1.0, 2.0])  # CALLS


main()  # CALLS
