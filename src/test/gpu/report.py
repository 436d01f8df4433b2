"""The table of a run: report.py RESULTS KERNELS DOUBLE."""

import pathlib
import struct
import sys


def outputs(path):
    """The outputs that KernelChecks wrote: name to floats, as bytes of big-endian floats."""
    data, at, found = path.read_bytes(), 0, {}
    while at < len(data):
        (length,) = struct.unpack_from(">H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        (count,) = struct.unpack_from(">i", data, at + 2 + length)
        at += 6 + length
        found[name] = struct.unpack_from(f">{count}f", data, at)
        at += 4 * count
    return found


def difference(device, double):
    """The largest difference between two outputs, in relation to the largest value."""
    largest = max((abs(value) for value in double), default=0) or 1
    return max((abs(a - b) for a, b in zip(device, double)), default=0) / largest


def compare(device, double):
    print(f"\nThe device's kernels beside the double's ({double.stem[0]}.{double.stem[1]} paths)\n")
    ours, theirs = outputs(device), outputs(double)
    groups = {}
    for name in ours.keys() & theirs.keys():
        group = name.split(" ")[0].rsplit("_n", 1)[0].rsplit("_t", 1)[0]
        same = ours[name] == theirs[name]
        worst, equal, count = groups.get(group, (0, 0, 0))
        groups[group] = (max(worst, difference(ours[name], theirs[name])), equal + same, count + 1)
    print("| kernel | comparisons | equal to the bit | largest relative difference |\n| --- | --- | --- | --- |")
    for group, (worst, equal, count) in sorted(groups.items()):
        print(f"| {group} | {count} | {equal} | {worst:.1e} |")
    missing = len(ours.keys() ^ theirs.keys())
    if missing > 0:
        print(f"\n{missing} comparisons are on one side only.")


def main():
    results, device, doubles = (pathlib.Path(argument) for argument in sys.argv[1:4])
    lines = [line.split("\t") for line in results.read_text().splitlines()]
    paths = "80" if "compute_80" in results.read_text() else "70"
    if device.exists() and (doubles / f"{paths}.bin").exists():
        compare(device, doubles / f"{paths}.bin")
    print("\nSteps\n\n| step | result | time |\n| --- | --- | --- |")
    for _, *step in (line for line in lines if line[0] == "STEP"):
        print("| " + " | ".join((step + ["", ""])[:3]) + " |")
    figures = {line[1]: line[2:] for line in lines if line[0] == "RESULT"}
    copy = float(figures.get("copy GB/s", ["0"])[0])
    print("\nFigures\n\n| figure | value |\n| --- | --- |")
    for name, value in figures.items():
        print(f"| {name} | {' | '.join(value)} |")
    print("\nShare of the copy bandwidth when decoding for one sequence\n\n| model | tokens/s | share |\n| --- | --- | --- |")
    for name, value in figures.items():
        if name.endswith(" decode tokens/s, batch 1") and copy > 0:
            model = name.removesuffix(" decode tokens/s, batch 1")
            read = float(figures.get(model + " bytes read for a token", ["0"])[0])
            print(f"| {model} | {value[0]} | {float(value[0]) * read / copy / 1e9:.0%} |")


if __name__ == "__main__":
    main()
