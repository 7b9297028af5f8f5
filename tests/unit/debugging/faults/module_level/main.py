import tables  # CALLS

print(tables.HALVES)
