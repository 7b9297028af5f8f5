from store import Store


def main():
    store = Store()
    store.load("weights")  # CALLS


main()  # CALLS
