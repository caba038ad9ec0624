/* SPDX-License-Identifier: Apache-2.0 */
/* What was denied, and what would allow it. */
#pragma once

#include "flow/denials.h"
#include "lab/lab.h"
#include "lab/world.h"
#include "report/text.h"

enum {
	LAB_REMEDY_RULES = 8
};

/* By the policies of now, which need not be those that denied it. */
struct lab_remedy {
	enum {
		LAB_REMEDY_NONE,    /* no policy denied it */
		LAB_REMEDY_UNKNOWN, /* who it was about is there no more */
		LAB_REMEDY_ALLOWED, /* it is allowed by now */
		LAB_REMEDY_RULE,    /* write these */
	} kind;
	uint32_t n;
	char *rules[LAB_REMEDY_RULES];
};

struct lab_summary {
	const struct lab *lab;
	struct ward_denials denials; /* sorted */
	uint32_t n_shown;	     /* of them; those have remedies */
	struct lab_remedy *remedies;
	uint64_t n_packets; /* of all */
	uint64_t n_lost;    /* that no event has told, of all nodes since the lab began */
	int64_t since_us;   /* of the question, or of the oldest record that is kept; 0: none is */
};

void lab_print_summary(const struct lab_summary *summary, enum ward_lab_format format,
		       const struct ward_text *text);
