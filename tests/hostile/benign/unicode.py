"""Unicode in output, names and arguments; binary output beside it."""

# outputs: ergebnis-Δ.csv
# log: naïve Δ 中文

import os

print("naïve Δ 中文 🧪")
os.makedirs("/tmp/Ordner Δ", exist_ok=True)
with open("/tmp/Ordner Δ/日本.txt", "w") as file:
    file.write("ü")
with open("out/ergebnis-Δ.csv", "w") as file:
    file.write("id,wert\n1,ü\n")
