// SPDX-License-Identifier: Apache-2.0
/* Names of files and pipes against patterns: '*' any text, '?' one byte, '#' a digit, '%' a hex
 * digit (all also themselves); letters in either case, '/' is '\'. Linear but for one step back to
 * the last '*'. */
#pragma once

#include <stdbool.h>

bool glob_fits(const char *glob, const char *text);
