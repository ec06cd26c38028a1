# SPDX-License-Identifier: Apache-2.0
exec python3 "$(dirname "$0")/kill9.py" "$1" "${KILLS:-100}"
