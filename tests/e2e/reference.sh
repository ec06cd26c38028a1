# SPDX-License-Identifier: Apache-2.0
# Generated pages and manuals agree with the programs.
exec python3 "$(dirname "$0")/../lint/reference.py" "$1"
