# SPDX-License-Identifier: Apache-2.0
exec python3 "$(dirname "$0")/../golden/split.py" "$1/vigie-sensor"
