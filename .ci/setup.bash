# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with ./dev
# What Kairos needs on a machine, and how ./dev gets it. Sourced by ./dev, which provides say, die,
# $cache, $no_install and $meson_options. Each need_... is quick when there is nothing to do.

readonly build_packages=(
  g++ ninja-build cmake ccache pkg-config python3-venv libabsl-dev libflatbuffers-dev
  flatbuffers-compiler libhwy-dev protobuf-compiler libprotobuf-dev libpng-dev libsndfile1-dev
  nlohmann-json3-dev libcli11-dev libxxhash-dev doctest-dev
)
readonly onednn_packages=(dpkg-dev patch xz-utils) # to fetch and unpack its source package
readonly test_packages=(libonnx-testdata)
readonly clang_packages=(clang-14 libclang-rt-14-dev)
readonly lint_packages=(clang-14 clang-tidy-14 libclang-rt-14-dev)

readonly build_tools=(meson==1.8.5 clang-format==19.1.7) # from PyPI, in a private environment
readonly bench_tools=(onnx==1.17.0 numpy==2.2.6)         # to make benchmark models

# Packages with trained models, for the demo and tests: name==version, SHA-256, folder inside, files.
readonly model_packages=(
  # PP-OCRv4 (Apache-2.0)
  "rapidocr-onnxruntime==1.4.4 971d7d5f223a7a808662229df1ef69893809d8457d834e6373d3854bc1782cbf rapidocr_onnxruntime/models ch_PP-OCRv4_det_infer.onnx ch_PP-OCRv4_rec_infer.onnx ch_ppocr_mobile_v2.0_cls_infer.onnx"
  # silero-vad (MIT)
  "silero-vad==6.2.3 7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8 silero_vad/data silero_vad.onnx"
)

missing=() # what --no-install found missing

need_packages() {
  command -v dpkg-query >/dev/null || return 0 # not Debian: Meson names what it does not find
  local installed package wanted=()
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "$package installed" <<<"$installed" || wanted+=("$package")
  done
  ((${#wanted[@]})) || return 0
  if $no_install; then
    missing+=("Debian packages: ${wanted[*]}")
    return 0
  fi
  say "installing Debian packages: ${wanted[*]}"
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "installing packages needs root; run: apt-get install ${wanted[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq || true # one unreachable third-party source need not matter
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${wanted[@]}"
}

# Sets $env to a Python environment that holds exactly the given packages.
need_python() {
  local label=$1
  shift
  env=$cache/python-$label-$(printf '%s\n' "$@" | sha256sum | cut -c1-8)
  [[ ! -e $env/complete ]] || return 0
  if $no_install; then
    missing+=("Python packages, in a private environment: $*")
    return 0
  fi
  say "installing Python packages into $env: $*"
  rm -rf "$env"
  mkdir -p "$cache"
  python3 -m venv "$env"
  "$env/bin/pip" install --quiet --disable-pip-version-check "$@"
  touch "$env/complete"
}

# Whether the options choose a build without the recipe's oneDNN.
uses_other_onednn() {
  [[ " ${meson_options[*]} " =~ " -Donednn="(system|disabled)" " ]]
}

need_onednn() {
  ! uses_other_onednn || return 0
  need_packages "${onednn_packages[@]}"
  if $no_install; then
    # Without a compiler there is no path to ask for, and the compiler is listed already.
    [[ -d $(subprojects/onednn.sh path 2>/dev/null) ]] ||
      missing+=("oneDNN, built from source by subprojects/onednn.sh")
    return 0
  fi
  subprojects/onednn.sh build >/dev/null
}

need_build() {
  need_packages "${build_packages[@]}"
  need_python tools "${build_tools[@]}"
  tools=$env
  need_onednn
}

# need_model_package PACKAGE SHA256 FOLDER FILE...: leaves the files in the cache.
need_model_package() {
  local package=$1 sha256=$2 inside=$3 models=$cache/models file complete=true
  shift 3
  for file in "$@"; do [[ -e $models/$file ]] || complete=false; done
  ! $complete || return 0
  if $no_install; then
    missing+=("the models of the Python package $package")
    return 0
  fi
  say "fetching the models of $package into $models"
  rm -rf "$models.new"
  mkdir -p "$models.new" "$models"
  "$tools/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$models.new" "$package"
  echo "$sha256 $(echo "$models.new"/*.whl)" | sha256sum --check --quiet --strict ||
    die "$package: its checksum is not the pinned one"
  "$tools/bin/python" -m zipfile -e "$models.new"/*.whl "$models.new"
  for file in "$@"; do mv "$models.new/$inside/$file" "$models"; done
  rm -rf "$models.new"
}

need_models() {
  local package fields
  for package in "${model_packages[@]}"; do
    read -ra fields <<<"$package"
    need_model_package "${fields[@]}"
  done
}

# Ends the command if --no-install found something missing.
end_of_setup() {
  ((${#missing[@]})) || return 0
  {
    echo "dev: missing, and not installed because of --no-install:"
    printf '  %s\n' "${missing[@]}"
  } >&2
  exit 1
}
