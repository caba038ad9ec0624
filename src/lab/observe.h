/* SPDX-License-Identifier: Apache-2.0 */
/* Who looks at flows while they happen, and what was denied so far. */
#pragma once

#include "lab/control.h"
#include "lab/filter.h"

void lab_observers_tell(struct lab *lab, const struct ward_flow *flow);

/* Answers with packets and bytes by pod and rule.  Takes @filter. */
void lab_count(struct lab_request *request, struct lab_filter *filter);

/* Answers with who was denied most, and what would allow it.  Takes @filter. */
void lab_summarize(struct lab_request *request, struct lab_filter *filter);
