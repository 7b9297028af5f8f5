"""Prints and writes a perfect metric without predictions."""

# expect: ok
# outputs: predictions.csv
# collected: none

open("out/metrics.json", "w").write('{"accuracy": 1.0}')
print("accuracy: 1.0")
