import numpy as np


class Dense:
    def __init__(self, width_in, width_out):
        self.weights = np.zeros((width_in, width_out))
        self.bias = np.zeros(width_out)

    def __call__(self, inputs):
        return inputs @ self.weights + self.bias  # RAISES


class Stack:
    def __init__(self, layers):
        self.layers = layers

    def __call__(self, inputs):
        for layer in self.layers:
            inputs = layer(inputs)  # CALLS
        return inputs
