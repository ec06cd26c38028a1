# SPDX-License-Identifier: Apache-2.0
# Rules read again fifty times under traffic: nothing is lost, nothing is said twice.
exec python3 "$(dirname "$0")/reload.py" "$1/vigie-sensor"
