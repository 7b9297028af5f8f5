"""Hands back predictions of the wrong length with shuffled names. The bytes come home; the evaluator must refuse."""

# expect: ok
# outputs: predictions.csv
# collected: predictions.csv

open("out/predictions.csv", "w").write("id,label\n9,1\n9,1\n-1,nan\n")
