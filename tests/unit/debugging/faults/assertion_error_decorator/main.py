from checks import positive


@positive
def width_of(layer):
    return layer["width"] - 8


def total(layers):
    return sum(width_of(layer) for layer in layers)  # CALLS


print(total([{"width": 16}, {"width": 4}]))  # CALLS
