/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/usage.h"

/* No padding: it is compared as bytes. */
struct key {
	uint64_t kind, list; /* pointers to what is static */
	ward_sym ns, name, policy_ns, policy_name;
	uint32_t direction, why, accept, rule;
};

static struct key key_of(const struct ward_usage *usage)
{
	struct key key = {
		.ns = usage->ns,
		.name = usage->name,
		.policy_ns = WARD_NONE,
		.policy_name = WARD_NONE,
		.direction = usage->direction,
		.why = usage->why,
		.accept = usage->accept,
	};

	if (usage->why == WARD_FLOW_BY_RULE) {
		key.kind = (uintptr_t)usage->rule.kind;
		key.policy_ns = usage->rule.ns;
		key.policy_name = usage->rule.name;
		key.rule = usage->rule.rule;
		key.list = (uintptr_t)usage->rule.list;
	}
	return key;
}

void ward_usages_add(struct ward_usages *usages, const struct ward_usage *usage)
{
	struct key key = key_of(usage);
	uint32_t i = ward_intern_find(&usages->keys, &key, sizeof(key));
	struct ward_usage *sum;

	if (i == WARD_NONE && usages->list.n == WARD_USAGES_MAX) {
		usages->n_untold += usage->packets[0] + usage->packets[1];
		return;
	}
	if (i == WARD_NONE) {
		i = ward_intern(&usages->keys, &key, sizeof(key));
		ward_vec_push(&usages->list, *usage);
		return;
	}
	sum = &usages->list.items[i];
	sum->rule = usage->rule; /* its line, as the policy is now */
	for (int reply = 0; reply < 2; reply++) {
		sum->packets[reply] += usage->packets[reply];
		sum->bytes[reply] += usage->bytes[reply];
	}
}

void ward_usages_done(struct ward_usages *usages)
{
	ward_intern_done(&usages->keys);
	ward_vec_done(&usages->list);
}
