# SPDX-License-Identifier: Apache-2.0
# Which spellings of rules are read, here and by Suricata where it is installed.
exec python3 "$(dirname "$0")/spellings.py" "$1/vigie-sensor"
