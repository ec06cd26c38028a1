// SPDX-License-Identifier: Apache-2.0
#pragma once

struct burst;
struct worker;

/* Takes one burst through every stage: the order of the sensor on one page. */
void pipeline_burst(struct worker *w, const struct burst *b);
