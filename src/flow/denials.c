/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/denials.h"

#include <string.h>

struct end_key {
	uint32_t kind;
	ward_sym ns, name;
	uint32_t family; /* of those without a name */
	uint64_t hi, lo;
};

struct policy_key {
	uint64_t kind;
	ward_sym ns, name, file;
	uint32_t line;
};

/* No padding: it is compared as bytes. */
struct key {
	struct end_key from, to;
	uint32_t protocol, port, cause, decider, why, n_policies;
	struct policy_key policies[WARD_FLOW_POLICIES];
};

static struct end_key end_key_of(const struct ward_flow_end *end)
{
	struct end_key key = {.kind = end->kind, .ns = end->ns, .name = end->name};

	if (end->name == WARD_NONE) {
		key.family = end->ip.family;
		key.hi = end->ip.hi;
		key.lo = end->ip.lo;
	}
	return key;
}

static void key_decide(struct key *key, const struct ward_flow_side *side)
{
	key->why = side->why;
	key->n_policies = side->n_policies;
	for (uint32_t i = 0; i < side->n_policies && i < WARD_FLOW_POLICIES; i++) {
		const struct ward_flow_policy *policy = &side->policies[i];

		key->policies[i] = (struct policy_key){
			.kind = (uintptr_t)policy->kind,
			.ns = policy->ns,
			.name = policy->name,
			.file = policy->file,
			.line = policy->line,
		};
	}
}

void ward_denials_add(struct ward_denials *denials, const struct ward_flow *flow,
		      const struct ward_flow_end *from, const struct ward_flow_end *to)
{
	struct key key;
	struct ward_denial *denial;
	uint32_t i;

	memset(&key, 0, sizeof(key));
	key.from = end_key_of(from);
	key.to = end_key_of(to);
	key.protocol = flow->protocol;
	key.port = flow->dport;
	key.cause = flow->cause;
	key.decider = ward_flow_decider(flow);
	if (key.decider != WARD_N_DIRECTION)
		key_decide(&key, &flow->side[key.decider]);
	i = ward_intern(&denials->keys, &key, sizeof(key));
	if (i == denials->list.n)
		ward_vec_push(&denials->list, ((struct ward_denial){.from = *from,
								    .to = *to,
								    .last = *flow,
								    .first_us = flow->first_us}));
	denial = &denials->list.items[i];
	denial->count += flow->count;
	if (flow->first_us < denial->first_us)
		denial->first_us = flow->first_us;
	if (flow->time_us > denial->last.time_us)
		denial->last = *flow;
}

static int denial_cmp(const void *a, const void *b)
{
	const struct ward_denial *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return (x->last.time_us < y->last.time_us) - (x->last.time_us > y->last.time_us);
}

void ward_denials_sort(struct ward_denials *denials)
{
	if (denials->list.n)
		qsort(denials->list.items, denials->list.n, sizeof(*denials->list.items),
		      denial_cmp);
}

void ward_denials_done(struct ward_denials *denials)
{
	ward_intern_done(&denials->keys);
	ward_vec_done(&denials->list);
}
