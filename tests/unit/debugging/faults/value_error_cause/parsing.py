def parse_row(line):
    return [parse_cell(cell) for cell in line.split(",")]  # CALLS


def parse_cell(cell):
    return int(cell)  # CALLS
