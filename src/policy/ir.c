/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/ir.h"

const char *ward_tier_str(enum ward_tier tier)
{
	static const char *const names[WARD_N_TIER] = {
		[WARD_TIER_ADMIN] = "Admin",
		[WARD_TIER_NETWORKPOLICY] = "NetworkPolicy",
		[WARD_TIER_BASELINE] = "Baseline",
	};

	return names[tier];
}

struct ward_policy *ward_policy_new(const struct ward_object *origin)
{
	struct ward_arena arena = {};
	struct ward_policy *policy = ward_arena_new(&arena, struct ward_policy);

	policy->origin = *origin;
	policy->arena = arena;
	return policy;
}

struct ward_policy *ward_policy_free(struct ward_policy *policy)
{
	struct ward_arena arena;

	if (!policy)
		return NULL;
	/* The policy lives in the arena that it owns. */
	arena = policy->arena;
	ward_arena_done(&arena);
	return NULL;
}

bool ward_peer_has_address(const struct ward_peer *peer, struct ward_ip ip)
{
	for (uint32_t i = 0; i < peer->n_excepts; i++)
		if (ward_cidr_has(peer->excepts[i], ip))
			return false;
	for (uint32_t i = 0; i < peer->n_cidrs; i++)
		if (ward_cidr_has(peer->cidrs[i], ip))
			return true;
	return false;
}
