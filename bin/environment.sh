# Sourced by the commands in bin/: a Python that can do the work, an environment made once, kept in step with requirements/.
# Afterwards the working folder is the project and $python runs inside its environment.

set -eu
project=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$project"
python=$project/.venv/bin/python

# A candidate counts only after it has run: a shim may exist and still have nothing behind it.
can_do() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

versions_of() {
  for found in "$1"/versions/*/bin/python; do
    if [ -x "$found" ]; then printf '%s\n' "$found"; fi
  done
}

candidates() {
  for name in python3.13 python3.14 python3.12 python3 python; do
    command -v "$name" || true
  done
  if [ -n "${PYENV_ROOT:-}" ]; then versions_of "$PYENV_ROOT"; fi
  if [ -n "${HOME:-}" ]; then versions_of "$HOME/.pyenv"; fi
  shim=$(command -v python3 || true)
  case $shim in */shims/python3) versions_of "${shim%/shims/python3}" ;; esac
  for folder in /usr/local/bin /opt/homebrew/bin /usr/bin; do
    for name in python3.13 python3.14 python3.12; do printf '%s\n' "$folder/$name"; done
  done
}

find_python() {
  candidates | while IFS= read -r candidate; do
    if can_do "$candidate"; then printf '%s\n' "$candidate"; break; fi
  done
}

checksum() {
  cat "$@" | cksum | tr -d ' \n'
}

make_environment() {
  base=$(find_python)
  if [ -z "$base" ]; then
    echo "carillon: no Python 3.12 or newer was found (PATH, pyenv's versions and the usual folders were tried)." >&2
    echo "carillon: install one with its venv module, for example: apt-get install python3 python3-venv" >&2
    exit 1
  fi
  echo "carillon: making .venv with $("$base" --version)"
  "$base" -m venv --clear "$project/.venv"
}

sync_environment() {
  wanted=$(checksum requirements/dev.txt bin/environment.sh)
  stamp=$project/.venv/carillon-stamp
  if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then return; fi
  echo "carillon: installing what requirements/dev.txt lists"
  pinned=$(sed -n 's/^uv==\([^ ;\\]*\).*/\1/p' requirements/dev.txt)
  if ! "$python" -m uv --version >/dev/null 2>&1; then
    "$python" -m pip install --quiet --disable-pip-version-check "uv${pinned:+==$pinned}"
  fi
  "$python" -m uv pip sync --quiet --python "$python" --require-hashes requirements/dev.txt
  printf '%s\n' "$wanted" > "$stamp"
}

if ! can_do "$python"; then make_environment; fi
sync_environment
