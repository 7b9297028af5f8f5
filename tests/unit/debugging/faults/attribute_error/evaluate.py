def accuracy(model, inputs, labels):
    predicted = model.predict(inputs)
    rounded = predicted.copy()  # RAISES
    return sum(a == b for a, b in zip(rounded, labels)) / len(labels)
