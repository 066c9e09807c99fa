#!/bin/sh
# Brings the virtual environment in step with requirements.lock and pyproject.toml; says nothing when it already is.
#
#   make_environment.sh .venv
#
# Two stamps inside the environment say what it holds, each written only after its step has ended well:
#   .lock-installed     hash of requirements.lock, of this script and of the place: otherwise the environment is made anew
#   .package-installed  hash of pyproject.toml: otherwise only jakstat itself is installed again, which needs no network
# So a half-made environment has no stamp and is replaced, and one that was copied or moved (its scripts hold its old
# path) is too. Two calls at once wait for each other.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
script=$here/make_environment.sh
environment=$1
cd "$repository"

# flock is in Debian's essential util-linux; without it (macOS) two calls at once are the user's to avoid.
if [ -z "${JAKSTAT_ENVIRONMENT_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
    JAKSTAT_ENVIRONMENT_LOCKED=1 exec flock "$environment.lock" "$script" "$@"
fi

digest() {
    { cat "$@"; printf '%s\n' "$repository/$environment"; } | cksum
}
holds() {
    [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}
# The lock is complete, so nothing is resolved (--no-deps). Of pip's words only errors are shown.
install() {
    "$environment/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation "$@"
}

lock_digest=$(digest requirements.lock "$script")
if ! holds "$environment/.lock-installed" "$lock_digest" || ! "$environment/bin/python" -c '' 2>/dev/null; then
    python=$("$here/find_python.sh")
    echo "Making $environment with $python: 1.3 GB, a few minutes the first time." >&2
    rm -rf "$environment"
    "$python" -m venv "$environment"
    # Four packages (connection-pool, petab, petabtests, sbmlmath) have no wheel: they are built with the locked
    # setuptools and setuptools-scm (sbmlmath takes its version from it), which come first, not with whatever release pip
    # would fetch unchecked. Pure Python: no compiler is needed.
    for package in packaging setuptools vcs-versioning setuptools-scm; do
        sed -n "/^$package==/,/^    # via/p" requirements.lock
    done >"$environment/build.lock"
    install --require-hashes -r "$environment/build.lock"
    install --require-hashes -r requirements.lock
    printf '%s\n' "$lock_digest" >"$environment/.lock-installed"
fi

package_digest=$(digest pyproject.toml)
if ! holds "$environment/.package-installed" "$package_digest"; then
    rm -f "$environment/.package-installed"
    # Editable, so that Snakemake's scripts and tests import model/jakstat as it stands; nothing is downloaded:
    # the dependencies and setuptools come from the lock.
    install --no-index --editable .
    printf '%s\n' "$package_digest" >"$environment/.package-installed"
fi
