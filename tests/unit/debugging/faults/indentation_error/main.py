import layers  # CALLS

print(layers.dense(3))
