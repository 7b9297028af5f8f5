"""Hands back NaN, infinities, duplicates and deep nesting as a metric. The bytes come home; who parses them must refuse."""

# expect: ok
# outputs: metrics.json
# collected: metrics.json

open("out/metrics.json", "w").write(
    '{"accuracy": NaN, "accuracy": 1e999, "n": ' + "9" * 5000 + ', "x": ' + "[" * 100_000 + "}"
)
