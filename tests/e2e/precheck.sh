# SPDX-License-Identifier: Apache-2.0
# A configuration that does not start is refused by -T and by a run alike, with the same words and code.
exec python3 "$(dirname "$0")/precheck.py" "$1/vigie-sensor"
