# SPDX-License-Identifier: Apache-2.0
# Metrics, telemetry, the service manager, fewer rights: the running sensor as an admin sees it.
exec python3 "$(dirname "$0")/ops.py" "$1/vigie-sensor"
