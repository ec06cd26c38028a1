# SPDX-License-Identifier: Apache-2.0
# Every signature of ours has a golden case of its own, with the rule as it is now.
exec python3 "$(dirname "$0")/../golden/make_signatures.py" --check
