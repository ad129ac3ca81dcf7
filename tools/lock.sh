#!/usr/bin/env bash
# Writes requirements.lock: every package pinned with its hashes, without the few that nothing we call needs.
set -euo pipefail
cd "$(dirname "$0")/.."
uvx_or_uv() { if command -v uv >/dev/null; then uv "$@"; else .venv/bin/uv "$@"; fi; }
rm -f requirements.lock
uvx_or_uv pip compile --quiet pyproject.toml --group dev --group build --group evaluation \
  --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
  --no-emit-package opencv-python --no-emit-package openvino-telemetry --no-emit-package pycocotools \
  --no-emit-package matplotlib --no-emit-package pillow --no-emit-package uv \
  --custom-compile-command tools/lock.sh --output-file requirements.lock
