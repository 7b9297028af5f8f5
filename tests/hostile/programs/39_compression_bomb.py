"""Hands back 100 MB packed into 100 kB; nobody may unpack it."""

# expect: ok
# outputs: bomb.npz
# collected: bomb.npz

import zipfile

with zipfile.ZipFile("out/bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("predictions.npy", bytes(100 << 20))
