"""Make the sample documents and their truth: ``python data/make_invoices.py --to data/invoices --seed 2026``."""

import argparse
from pathlib import Path

from generator import collection


def main() -> None:
    parser = argparse.ArgumentParser(description="Make sample documents whose truth is known by construction.")
    parser.add_argument("--to", type=Path, default=Path("data/invoices"), help="folder to write to")
    parser.add_argument("--seed", type=int, default=2026, help="another seed gives other numbers, dates and items")
    parser.add_argument("--examples", type=Path, help="folder to copy the examples of the package to")
    options = parser.parse_args()
    print(collection.write(options.to, options.seed))
    if options.examples is not None:
        print(collection.write_examples(options.to, options.examples))


if __name__ == "__main__":
    main()
