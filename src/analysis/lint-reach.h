/* SPDX-License-Identifier: Apache-2.0 */
/* What selectors that match nobody could have meant: answered once for all that mean the same. */
#pragma once

#include "analysis/lint-parts.h"

/* The namespaces that a selector matches: how many there are, and how many pods the input has in
 * them; and the labels of these. */
struct ward_reach {
	uint32_t n_namespaces, n_pods;
	struct ward_label_sets pods;
};

struct ward_reaches {
	struct ward_lint *lint;
	struct scopes namespaces;
	WARD_VEC(struct ward_reach) list; /* by scope of namespaces */
	struct scopes pods;		  /* of every policy and peer, in whatever namespace */
	number_list first_pod;		  /* by scope of pods: an endpoint, or WARD_NONE */
	struct ward_label_sets labels;	  /* of all namespaces */
};

void ward_reaches_init(struct ward_reaches *reaches, struct ward_lint *lint);
void ward_reaches_done(struct ward_reaches *reaches);

/* Valid until the next is asked for. */
const struct ward_reach *ward_reaches_find(struct ward_reaches *reaches,
					   const struct ward_selector *namespaces);

/* The first pod of any namespace that @pods of some policy or peer match, or WARD_NONE. */
uint32_t ward_reaches_first_pod(struct ward_reaches *reaches, const struct ward_selector *pods);

const struct ward_label_sets *ward_reaches_labels(struct ward_reaches *reaches);
