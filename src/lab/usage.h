/* SPDX-License-Identifier: Apache-2.0 */
/* Packets and bytes by pod and rule, as they are shown. */
#pragma once

#include "flow/usage.h"
#include "lab/lab.h"
#include "lab/world.h"
#include "report/text.h"

struct lab_usage_list {
	const struct lab *lab;
	uint32_t n;
	const struct ward_usage **items; /* most bytes first */
	uint64_t n_untold;		 /* packets that found no room */
};

void lab_print_usage(const struct lab_usage_list *list, enum ward_lab_format format,
		     const struct ward_text *text);
