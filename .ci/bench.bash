# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with ./dev
# Demo models and what ./dev measures on them. Sourced by ./dev.

readonly bench_models=${KAIROS_BENCH_MODELS:-$root/../shared/models} # a folder with make.py
readonly bench_networks=(mobilenet_v2)                               # of the demo and of `bench`
readonly report_networks=(alexnet resnet50 mobilenet_v2 minilm)      # of `report`, besides the OCR model
readonly peer_tools=(onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6)

shape_of() {
  case "$1" in
    ocr_rec) echo x=1x3x48x320 ;;
    minilm) echo ids=1x16,mask=1x16 ;;
    *) echo x=1x3x224x224 ;;
  esac
}

make_onnx() { # FOLDER NAME
  need_python bench "${bench_tools[@]}"
  "$env/bin/python" "$bench_models/make.py" "$1" "$2"
}

# make_model FOLDER NAME: leaves NAME.onnx and NAME.kai, with a plan for its shape, in FOLDER.
make_model() {
  local folder=$1 name=$2
  [[ ! -e $folder/$name.kai || build/bin/rtcompile -nt $folder/$name.kai ]] || return 0
  say "make, convert and compile $name"
  if [[ $name == ocr_rec ]]; then
    cp "$cache/models/ch_PP-OCRv4_rec_infer.onnx" "$folder/$name.onnx"
  else
    make_onnx "$folder" "$name"
  fi
  build/bin/rtconvert "$folder/$name.onnx" "$folder/$name.part.kai"
  build/bin/rtcompile "$folder/$name.part.kai" "$folder/$name.part.kai" --shape "$(shape_of "$name")"
  mv "$folder/$name.part.kai" "$folder/$name.kai"
}

make_demo_models() {
  mkdir -p build/demo
  local bin=build/bin name
  say "convert the text recogniser and compile a plan for the widths of the sample images, and 320"
  "$bin/rtconvert" "$cache/models/ch_PP-OCRv4_rec_infer.onnx" build/demo/ocr_rec.kai
  "$bin/rtcompile" build/demo/ocr_rec.kai build/demo/ocr_rec.aot.kai \
    --shape x=1x3x48x320 --shape x=1x3x48x381 --shape x=1x3x48x462 --shape x=1x3x48x560
  "$bin/rtconvert" "$cache/models/ch_PP-OCRv4_det_infer.onnx" build/demo/ocr_det.kai
  "$bin/rtconvert" "$cache/models/silero_vad.onnx" build/demo/vad.kai
  if [[ -e $bench_models/make.py ]]; then
    for name in "${bench_networks[@]}"; do
      say "make, convert and compile $name"
      make_onnx build/demo "$name"
      "$bin/rtconvert" "build/demo/$name.onnx" "build/demo/$name.kai"
      "$bin/rtcompile" "build/demo/$name.kai" "build/demo/$name.aot.kai" --shape "$(shape_of "$name")"
    done
  fi
}

bench_one() { # MODEL ARGUMENT...
  local name
  name=$(basename "$1")
  build/bin/rtbench "$1" --shape "$(shape_of "${name%%.*}")" "${@:2}"
}

# What the executor takes, and whether an application sees the same figures as rtbench.
check_figures() {
  local model=build/demo/${bench_networks[0]}.aot.kai shape
  [[ -e $model ]] || model=build/demo/ocr_rec.aot.kai
  shape=$(basename "$model" .aot.kai)
  say "dispatch, and the p50 of an application"
  build/bin/rtbench dispatch --at-most 200 &&
    "$tools/bin/python" .ci/embedded.py build/bin "$model" aot "$(shape_of "$shape")"
}

# The fixed small set, and what changed since an earlier result if one is given.
run_bench() {
  local model results=() failed=0
  mkdir -p build/bench
  for model in build/demo/*.aot.kai; do
    say "benchmark: $model"
    results+=("build/bench/$(basename "$model" .aot.kai).json")
    bench_one "$model" --json "${results[-1]}" || failed=1
  done
  build/bin/rtbench show "${results[@]}" --json build/bench/result.json --html build/bench/result.html >/dev/null
  say "results: build/bench/result.json, build/bench/result.html"
  check_figures || failed=1
  if ((${#names[@]})); then
    say "since ${names[0]}"
    build/bin/rtbench diff "${names[0]}" build/bench/result.json || failed=1
  fi
  return "$failed"
}

# All networks, all policies and both peers, at most $KAIROS_REPORT_SECONDS in all. What a run that
# was cut off has measured is kept, and the next one goes on from there; `report --fresh` starts anew.
run_report() {
  local folder=build/report name networks=(ocr_rec) parts=() failed=0
  local seconds=${KAIROS_REPORT_SECONDS:-540} begin=$SECONDS left budget
  if [[ -e $bench_models/make.py ]]; then networks=("${report_networks[@]}" ocr_rec); fi
  if $fresh; then rm -rf "$folder"; fi
  mkdir -p "$folder"
  for name in "${networks[@]}"; do make_model "$folder" "$name"; done
  left=${#networks[@]}
  for name in "${networks[@]}"; do
    parts+=("$folder/$name.json")
    if [[ $folder/$name.json -nt build/bin/rtbench && $folder/$name.json -nt $folder/$name.kai ]]; then
      say "$name: measured already"
    else
      say "$name"
      local churn=()
      if [[ $name == ocr_rec ]]; then churn=(--churn x.3=64..1600 --churn-calls "${KAIROS_REPORT_CALLS:-60}"); fi
      rm -f "$folder/$name.json"
      budget=$(((seconds - (SECONDS - begin)) / left))
      if ((budget < 1)); then budget=1; fi # time is up: each row once
      bench_one "$folder/$name.kai" --peers onnxruntime,openvino --python "$peers_python" --onnx "$folder/$name.onnx" \
        --seconds "${KAIROS_REPORT_STEADY:-3}" --budget "$budget" "${churn[@]}" \
        --json "$folder/$name.json" || failed=1
    fi
    left=$((left - 1))
  done
  build/bin/rtbench show "${parts[@]}" --json "$folder/report.json" --html "$folder/report.html" --svg "$folder/report.svg" >/dev/null
  build/bin/rtbench show "${parts[@]}" --markdown >"$folder/report.md"
  say "report: $folder/report.html, the picture report.svg, the table report.md ($((SECONDS - begin)) s)"
  return "$failed"
}
