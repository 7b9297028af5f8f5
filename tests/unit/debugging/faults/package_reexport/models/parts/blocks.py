class Block:
    def apply(self, inputs):
        return [value * 2 for value in inputs]
