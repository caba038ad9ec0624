/* SPDX-License-Identifier: Apache-2.0 */
/* Flows that end, with packets and bytes: told only while somebody wants to know. */
#pragma once

#include "lab/world.h"

/* 0 or a negative errno; each is to be followed by a release. */
int lab_closes_want(struct lab *lab);
void lab_closes_release(struct lab *lab);

/* How often some were lost, because there were too many at once. */
uint64_t lab_closes_lost(const struct lab *lab);
