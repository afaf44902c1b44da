"""Make the sample documents and their truth: ``python data/make_invoices.py --to data/invoices --seed 2026``."""

import argparse
from pathlib import Path

from generator import collection


def main() -> None:
    parser = argparse.ArgumentParser(description="Make sample documents whose truth is known by construction.")
    parser.add_argument("--to", type=Path, default=Path("data/invoices"), help="folder to write to")
    parser.add_argument("--seed", type=int, default=2026, help="another seed gives other numbers, dates and items")
    options = parser.parse_args()
    print(collection.write(options.to, options.seed))


if __name__ == "__main__":
    main()
