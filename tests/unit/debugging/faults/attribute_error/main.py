from evaluate import accuracy
from model import Model


def main():
    model = Model()
    print(accuracy(model, [1, 2, 3], [1, 0, 1]))  # CALLS


main()  # CALLS
