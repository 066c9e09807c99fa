#!/bin/sh
# Prints the path of a Python that jakstat's environment can be made from, or says in one sentence what to install.
#
# A candidate counts only if it runs: a pyenv shim exists for versions that are not active and fails when called, and
# Debian ships python3 without ensurepip until python3-venv is installed. The versions are those of `requires-python` in
# pyproject.toml (a test keeps them equal). It stands beside make_environment.sh because both make the one environment
# of the workflow. POSIX sh: a bare machine has no Python yet and perhaps no bash.
#
# JAKSTAT_PYTHON=/some/python3 tries that one alone.
set -u

# Minor versions of Python 3, the preferred one first. 3.14 is last because immutables (of Snakemake) has no wheel for it
# yet, so that it needs a C compiler; for the others everything locked installs without one.
minors="13 12 14"

check="import sys
if sys.version_info[0] != 3 or str(sys.version_info[1]) not in '$minors'.split():
    sys.exit(1)
import ensurepip, venv
print(getattr(sys, '_base_executable', sys.executable))"

# Prints the real path of the interpreter if it works: of the one behind it if it is a virtual environment's (make puts
# the very .venv that is to be replaced on PATH). -I keeps the user's PYTHONPATH and site-packages out.
try() {
    found=$("$1" -I -c "$check" 2>/dev/null) && [ -n "$found" ] && printf '%s\n' "$found"
}

if [ -n "${JAKSTAT_PYTHON:-}" ]; then
    try "$JAKSTAT_PYTHON" && exit 0
    echo "JAKSTAT_PYTHON=$JAKSTAT_PYTHON is not a working Python 3.12 to 3.14 with venv and ensurepip:" \
        "set it to one that is, or unset it to have one looked for." >&2
    exit 1
fi

for minor in $minors; do
    try "python3.$minor" && exit 0
done
try python3 && exit 0

for root in "${PYENV_ROOT:-}" "${HOME:-}/.pyenv"; do
    [ -d "$root/versions" ] || continue
    for minor in $minors; do
        for version in "$root/versions/3.$minor".*/bin/python3; do
            [ -x "$version" ] && try "$version" && exit 0
        done
    done
done

echo "jakstat needs Python 3.12 to 3.14 with its venv and ensurepip modules, and none was found as" \
    "python3.12, python3.13, python3.14 or python3 on PATH or among pyenv's versions: install one, for example with" \
    "'apt-get install python3.13 python3.13-venv' where your distribution has it or 'pyenv install 3.13' where it has" \
    "not (Debian 12 has 3.11 only), or name one with JAKSTAT_PYTHON=/path/to/python3." >&2
exit 1
