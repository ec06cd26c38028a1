#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches each address given, and fails if one does not come."""
import sys
import urllib.request

for url in sys.argv[1:]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        answer.read()
