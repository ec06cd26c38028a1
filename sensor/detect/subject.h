// SPDX-License-Identifier: Apache-2.0
/* Whom a signature's alert is about: the host to be looked at, and perhaps insulated.
 *
 * What an implant says or is answered, and what is carried out, is about the host that has it: the
 * one of ours, or, between two of ours, the one that began the conversation, whoever sent the
 * packet that decided. Everything else is about who sent it. A rule that names its victim
 * (`target`) is believed: there the victim is the host that has the implant, and elsewhere the
 * other end is the one accused.
 *
 * Cost: at most two look-ups of home_net a hit.
 */
#pragma once

#include "detect/hosts.h"
#include "observe/observation.h"

const struct addr *subject_of(const struct observation *o, const struct hosts *h);
