#!/usr/bin/env bash
# Runs tools/quickstart with programs that are built already.
#   quickstart_test.sh FOLDER-OF-PROGRAMS
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=${1:?wants the folder of the programs}
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
"$root/tools/quickstart" --once --bin "$bin" --port "$port" </dev/null
