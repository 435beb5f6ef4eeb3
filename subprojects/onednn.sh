#!/usr/bin/env bash
# Builds the oneDNN that Kairos is tested with, as a static library in a cache folder outside the
# source tree. The sources are Debian's source package, fetched with the system's own package
# manager from the system's own mirror and checked against the sums below.
#
#   subprojects/onednn.sh build       build unless the cache has it, print the install folder
#   subprojects/onednn.sh path        print the install folder, built or not
#   subprojects/onednn.sh pkgconfig   print the folder of dnnl.pc, built or not
#
# Environment: KAIROS_CACHE (cache folder), CXX and CC (compilers), KAIROS_ONEDNN_SOURCE (a folder
# that already holds the two archives, for machines without network), KAIROS_JOBS (parallel jobs).
set -euo pipefail

readonly version=3.7.2
readonly debian_revision=2
readonly debian_suite=trixie
readonly orig_archive="onednn_${version}+ds.orig.tar.xz"
readonly orig_sha256=0cc51ca26c1af6a2bb1e71e378e7046f3ceb3e71791ee9d4e246d50f904a6ea6
readonly patch_archive="onednn_${version}+ds-${debian_revision}.debian.tar.xz"
readonly patch_sha256=db6b5144773b4f5b152a0138cba74af39124d59285975db7f2c220e992dcd2d4

# Of Debian's patches only the fixes of 3.7.3 matter here; the others unbundle spdlog and gtest.
readonly patch_name=debian/patches/upstream-3.7.3.patch

# Everything but RNN, for which Kairos has no use.
readonly primitives="BATCH_NORMALIZATION;BINARY;CONCAT;CONVOLUTION;DECONVOLUTION;ELTWISE;\
GROUP_NORMALIZATION;INNER_PRODUCT;LAYER_NORMALIZATION;LRN;MATMUL;POOLING;PRELU;REDUCTION;REORDER;\
RESAMPLING;SHUFFLE;SOFTMAX;SUM"

options=(
  -DCMAKE_BUILD_TYPE=Release
  "-DCMAKE_C_FLAGS_RELEASE=-O2 -DNDEBUG -ffunction-sections -fdata-sections"
  "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG -ffunction-sections -fdata-sections"
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  -DCMAKE_INSTALL_LIBDIR=lib
  -DCMAKE_DISABLE_FIND_PACKAGE_Git=TRUE # else it records the commit of a repository around the cache
  -DONEDNN_LIBRARY_TYPE=STATIC
  -DONEDNN_CPU_RUNTIME=THREADPOOL
  -DONEDNN_GPU_RUNTIME=NONE
  -DONEDNN_BUILD_GRAPH=OFF
  -DONEDNN_BUILD_DOC=OFF
  -DONEDNN_BUILD_EXAMPLES=OFF
  -DONEDNN_BUILD_TESTS=OFF
  -DONEDNN_ENABLE_WORKLOAD=TRAINING
  "-DONEDNN_ENABLE_PRIMITIVE=${primitives}"
  -DONEDNN_ENABLE_ITT_TASKS=OFF
  -DONEDNN_ENABLE_JIT_PROFILING=OFF
  -DONEDNN_ENABLE_MAX_CPU_ISA=ON
  -DONEDNN_VERBOSE=ON
)
case "$(uname -m)" in
  x86_64 | amd64)
    # AVX512 includes the bf16 and VNNI kernels; AMX is the only family left out.
    options+=(
      -DONEDNN_ENABLE_PRIMITIVE_CPU_ISA=AVX512
      -DONEDNN_ENABLE_GEMM_KERNELS_ISA=AVX512
      -DONEDNN_EXPERIMENTAL_UKERNEL=ON
    )
    ;;
  *)
    # Elsewhere oneDNN's default is -mcpu=native, which would tie the library to this machine.
    options+=(-DONEDNN_ARCH_OPT_FLAGS=)
    ;;
esac
readonly options

cxx=${CXX:-g++}
cc=${CC:-gcc}
cache=${KAIROS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kairos}
jobs=${KAIROS_JOBS:-$(nproc)}
readonly cxx cc cache jobs

say() { printf 'onednn: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# The recipe's identity: same key, same library.
key() {
  {
    printf '%s\n' "$orig_sha256" "$patch_sha256" "${options[@]}"
    "$cxx" -dumpmachine
    "$cxx" -dumpfullversion -dumpversion
  } | sha256sum | cut -c1-12
}

check_sums() { # folder
  (cd "$1" && printf '%s  %s\n' "$orig_sha256" "$orig_archive" "$patch_sha256" "$patch_archive" |
    sha256sum --check --quiet --strict) || die "the archives in $1 do not have the pinned checksums"
}

# Prints the base address of each archive the system takes its own release from.
system_archives() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-get --print-uris update 2>/dev/null |
    sed -n "s|^'\\(.*\\)/dists/${codename}/InRelease'.*|\\1|p"
}

# Downloads the source package into the folder. apt runs with lists, sources and cache of its own,
# so neither the system's configuration nor its package lists change.
download() { # folder
  local folder=$1 apt=$1/apt keyring=/usr/share/keyrings/debian-archive-keyring.gpg archive
  command -v apt-get >/dev/null || die "no apt-get here; set KAIROS_ONEDNN_SOURCE to a folder with \
$orig_archive and $patch_archive, or use another oneDNN with -Donednn=system"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
  cat >"$apt/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "$apt/source.sources";
Dir::Etc::sourceparts "$apt/parts";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "$(id -un)";
CONF
  for archive in $(system_archives); do
    {
      printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\n' "$archive" "$debian_suite"
      if [[ -e $keyring ]]; then printf 'Signed-By: %s\n' "$keyring"; fi
    } >"$apt/source.sources"
    if apt-get -c "$apt/apt.conf" update >"$folder/apt.log" 2>&1 &&
      (cd "$folder" && apt-get -c "$apt/apt.conf" source --download-only \
        "onednn=${version}+ds-${debian_revision}" >>apt.log 2>&1); then
      return
    fi
    tail -n 5 "$folder/apt.log" >&2
  done
  die "cannot fetch the source package onednn ${version}+ds-${debian_revision}; \
set KAIROS_ONEDNN_SOURCE to a folder with $orig_archive and $patch_archive"
}

unpack() { # folder
  mkdir "$1/src"
  tar -xf "$1/$orig_archive" -C "$1/src" --strip-components=1
  tar -xf "$1/$patch_archive" -C "$1" "$patch_name"
  patch -d "$1/src" -p1 --silent <"$1/$patch_name"
  # 3.7.2 forgot this primitive in the list of those that can be chosen.
  sed -i 's/|ELTWISE|INNER_PRODUCT/|ELTWISE|GROUP_NORMALIZATION|INNER_PRODUCT/' \
    "$1/src/cmake/configuring_primitive_list.cmake"
  grep -q 'GROUP_NORMALIZATION|INNER' "$1/src/cmake/configuring_primitive_list.cmake" ||
    die "the list of primitives is not where this recipe expects it"
  # Nothing refers to these once RNN is off; they are a good part of the build time.
  rm "$1"/src/src/cpu/rnn/*.cpp
  if [[ $(uname -m) == x86_64 ]]; then rm "$1"/src/src/cpu/x64/rnn/*.cpp; fi
}

configure() { # folder, prefix
  local launcher=()
  if command -v ccache >/dev/null; then
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  cmake -S "$1/src" -B "$1/build" -G Ninja "-DCMAKE_C_COMPILER=$cc" "-DCMAKE_CXX_COMPILER=$cxx" \
    "-DCMAKE_INSTALL_PREFIX=$2" "${launcher[@]}" "${options[@]}" >"$1/configure.log" 2>&1 || {
    tail -n 30 "$1/configure.log" >&2
    die "cmake failed"
  }
}

# Runs ninja behind one progress line: rewritten on a terminal, once a minute elsewhere.
compile() { # folder
  local log=$1/build.log pid start=$SECONDS last=-60 state
  NINJA_STATUS='%p of %t ' ninja -C "$1/build" -j "$jobs" >"$log" 2>&1 &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    state=$(grep -o '^ *[0-9]*% of [0-9]*' "$log" | tail -n 1 || true)
    state="building $version: ${state:-0% of all} steps, $(((SECONDS - start) / 60)) min"
    if [[ -t 2 ]]; then
      printf '\ronednn: %s ' "$state" >&2
    elif ((SECONDS - last >= 60)); then
      last=$SECONDS
      say "$state"
    fi
    sleep 1
  done
  if [[ -t 2 ]]; then printf '\n' >&2; fi
  trap - INT TERM
  wait "$pid" || {
    cp "$log" "$cache/onednn-failed.log"
    grep -A 20 '^FAILED' "$log" | head -n 40 >&2
    die "the build failed; the whole log is $cache/onednn-failed.log"
  }
}

write_pkgconfig() { # folder of the .pc file, key
  mkdir -p "$1"
  cat >"$1/dnnl.pc" <<PC
prefix=\${pcfiledir}/../..
libdir=\${prefix}/lib
includedir=\${prefix}/include
recipe=$2

Name: dnnl
Description: oneDNN, static, THREADPOOL runtime
Version: $version
Libs: -L\${libdir} -ldnnl -pthread -ldl
Cflags: -I\${includedir}
PC
}

build() { # install folder, key
  local target=$1 work=$cache/onednn-$2.work stage
  mkdir -p "$cache"
  # Two builds at once would share the work folder; the second waits and finds the result.
  exec 9>"$cache/onednn.lock"
  flock 9
  if [[ -d $target ]]; then return; fi

  local needed
  for needed in cmake ninja patch xz "$cxx" "$cc"; do
    command -v "$needed" >/dev/null || die "$needed is missing; ./dev setup installs it"
  done
  rm -rf "$work"
  mkdir "$work"
  if [[ -n ${KAIROS_ONEDNN_SOURCE:-} ]]; then
    cp "$KAIROS_ONEDNN_SOURCE/$orig_archive" "$KAIROS_ONEDNN_SOURCE/$patch_archive" "$work"
  else
    say "fetching the source package onednn ${version}+ds-${debian_revision} (10 MB)"
    download "$work"
  fi
  check_sums "$work"
  unpack "$work"

  say "building once into $target, about 17 minutes on 2 cores"
  export CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1
  configure "$work" "$target"
  compile "$work"
  DESTDIR=$work/stage cmake --install "$work/build" >"$work/install.log" 2>&1 ||
    die "cmake --install failed: $(tail -n 1 "$work/install.log")"
  stage=$work/stage$target
  write_pkgconfig "$stage/lib/pkgconfig" "$2"
  cp "$work/src/LICENSE" "$work/src/THIRD-PARTY-PROGRAMS" "$stage"
  mv "$stage" "$target"
  rm -rf "$work" "$cache/onednn-failed.log"
}

main() {
  command -v "$cxx" >/dev/null || die "$cxx is missing; ./dev setup installs it"
  local recipe target
  recipe=$(key)
  target=$cache/onednn-$version-$recipe
  case "${1:-}" in
    build)
      [[ -d $target ]] || build "$target" "$recipe"
      echo "$target"
      ;;
    path) echo "$target" ;;
    pkgconfig) echo "$target/lib/pkgconfig" ;;
    *)
      sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
      exit 2
      ;;
  esac
}

main "$@"
