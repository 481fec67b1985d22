# Sourced by the scripts beside it: where the repository is, and how to speak.

export LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

jobs=$(nproc 2>/dev/null || echo 2)
buf_home=$root/build/tools
buf=$buf_home/node_modules/.bin/buf

# The compiler's cache stays with the build where there is no home to keep it in.
if [ -z "${CCACHE_DIR:-}" ] && [ ! -w "${HOME:-/nowhere}" ]; then
  export CCACHE_DIR=$root/build/ccache
fi

if [ -t 1 ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold='' red='' plain=''; fi

# say TEXT...: one line of progress.
say() { printf '%s== %s%s\n' "$bold" "$*" "$plain"; }

# fail TEXT...: what went wrong and what to do about it; ends the script.
fail() {
  printf '%s%s: %s%s\n' "$red" "${0##*/}" "$*" "$plain" >&2
  exit 1
}

# packages GROUP: the names in that group of packages.txt, one a line.
packages() {
  sed -E 's/#.*//; s/[[:space:]]+$//; /^$/d' "$root/tools/packages.txt" |
    awk -v want="[$1]" '/^\[/ { inside = ($0 == want); next } inside'
}
