#!/usr/bin/env bash
# Installs a build into a temporary folder, builds this project against what was installed, and
# runs it.
# usage: run.sh MESON_PYTHON BUILD_DIR PREFIX PKG_CONFIG_PATH COMPILER...
set -euo pipefail

python=$1 build=$2 prefix=$3 extra_pkg_config_path=$4
shift 4
compiler=("$@")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

"$python" -m mesonbuild.mesonmain install -C "$build" --quiet --destdir "$stage"
pc=$(find "$stage" -name kairos.pc)
sed -i "s|^prefix=.*|prefix=$stage$prefix|" "$pc" # staged, so not where it thinks it is
export PKG_CONFIG_PATH=$(dirname "$pc"):$extra_pkg_config_path:${PKG_CONFIG_PATH:-}
read -ra flags <<<"$(pkg-config --cflags kairos)"
read -ra libraries <<<"$(pkg-config --libs --static kairos)"

"${compiler[@]}" -std=c++20 -Wall -Wextra -Werror -Wno-missing-field-initializers \
  "${flags[@]}" -I "$here" "$here/main.cc" -o "$stage/program" "${libraries[@]}"
cd "$stage"
LD_LIBRARY_PATH=$(dirname "$(dirname "$pc")") ./program
