# SPDX-License-Identifier: Apache-2.0
# vigie-sensor doctor: captures with one defect each, and a clean one.
exec python3 "$(dirname "$0")/doctor.py" "$1/vigie-sensor"
