import models


def main():
    net: models.Net = models.Net()
    return net.forward([1])  # CALLS


main()  # CALLS
