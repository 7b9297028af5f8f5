import multiprocessing

from task import work


def main():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(pool.map(work, [1, 0]))  # CALLS


if __name__ == "__main__":
    main()  # CALLS
