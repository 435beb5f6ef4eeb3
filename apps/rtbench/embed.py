"""Writes a C++ file that defines the string views of embedded.h.

usage: embed.py OUT.cc NAME=FILE...
"""
import sys


def main():
    out, *parts = sys.argv[1:]
    lines = ['#include "rtbench/embedded.h"', "", "namespace kairos {", ""]
    for part in parts:
        name, path = part.split("=", 1)
        data = open(path, "rb").read()
        lines.append(f"static const unsigned char {name}Bytes[] = {{")
        lines += [",".join(map(str, data[i:i + 32])) + "," for i in range(0, len(data), 32)]
        lines += ["};", f"const absl::string_view {name}(reinterpret_cast<const char*>({name}Bytes),"
                        f" sizeof({name}Bytes));", ""]
    lines += ["}  // namespace kairos", ""]
    with open(out, "w") as file:
        file.write("\n".join(lines))


main()
