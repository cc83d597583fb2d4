"""flags.py - which options are used, and nothing of what users write.

    python examples/python/flags.py --format svg --output secret.svg -v -v
    tel dump

counts plot/flag:format, plot/flag:output, plot/flag:verbose and
plot/flag/format:svg, each once.
"""

import argparse

import tel

FORMATS = ["png", "svg"]

parser = argparse.ArgumentParser(description="Draws a plot.")
parser.add_argument("-f", "--format", choices=FORMATS, default="png")
parser.add_argument("-o", "--output", default="plot.png")
parser.add_argument("-v", "--verbose", action="count", default=0)
args = parser.parse_args()

tel.open("example.com/plot", version="1.4.0")
tel.count_flags(parser)
# A value may be counted if it is one of a list that the program has. "tel lint" reads
# which these are:
# tel-lint: one of plot/flag/format:{png,svg}
tel.inc(f"plot/flag/format:{args.format}")
print(f"{args.output}: {args.format}")
