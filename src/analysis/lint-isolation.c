/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that no policy isolates: anyone may connect to them, and they to anyone.  The cluster's own
 * namespaces are left out: what runs there keeps the cluster running, and is rarely closed. */
#include <string.h>

#include "analysis/lint-parts.h"

/* A policy of another tier may deny without isolating. */
static bool is_restricted(const struct ward_lint *lint, uint32_t endpoint)
{
	for (enum ward_direction direction = 0; direction < WARD_N_DIRECTION; direction++) {
		const struct ward_row *row = ward_lint_row(lint, endpoint, direction);

		if (row->isolated)
			return true;
		for (uint32_t p = 0; p < row->n_policies; p++)
			if (lint->tables->policies[row->policies[p]]->tier !=
			    WARD_TIER_NETWORKPOLICY)
				return true;
	}
	return false;
}

static void unisolated_report(struct ward_lint *lint, const struct ward_lint_namespace *ns,
			      struct ward_pod_set open)
{
	const struct ward_object *first = &lint->tables->endpoints[open.items[0]].object;
	bool all = open.n == ns->n_pods;

	ward_lint_report(lint, all ? WARD_NOTE : WARD_WARNING, "not-isolated", first, first->mark,
			 "begin with a policy that selects every pod of the namespace: "
			 "podSelector: {}, policyTypes: [Ingress, Egress]",
			 all ? "no policy isolates any pod of namespace %s: %s"
			     : "unlike others of namespace %s, isolated by no policy: %s",
			 ward_symbol_str(lint->symbols, ns->name), ward_lint_pods(lint, open));
}

void ward_lint_isolation(struct ward_lint *lint)
{
	WARD_VEC(uint32_t) open = {};

	for (uint32_t n = 0; n < lint->namespaces.n; n++) {
		const struct ward_lint_namespace *ns = &lint->namespaces.items[n];

		if (strncmp(ward_symbol_str(lint->symbols, ns->name), "kube-", 5) == 0)
			continue;
		ward_vec_clear(&open);
		for (uint32_t i = ns->first; i < ns->first + ns->n; i++)
			if (lint->tables->endpoints[i].managed && !is_restricted(lint, i))
				ward_vec_push(&open, i);
		if (open.n)
			unisolated_report(lint, ns,
					  (struct ward_pod_set){.n = open.n, .items = open.items});
	}
	ward_vec_done(&open);
}
