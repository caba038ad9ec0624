/* SPDX-License-Identifier: Apache-2.0 */
/* Priorities: an object gets the order of its policy if that is free, else the next; and where so
 * many follow that there would be no room for them, an earlier one.
 *
 * Policies of others in the same tier keep their place among them, or it is refused. */
#include <string.h>

#include "kube/clusternetworkpolicy.h"
#include "render/cluster.h"

enum {
	RULES_MAX = 25, /* B2.4, B2.5 */
};

/* The priorities of a tier of GroupPolicies. */
struct band {
	enum ward_tier tier;
	uint32_t first, last;
	const char *name;
};

static const struct band bands[] = {
	{WARD_TIER_ADMIN, 0, 199, "Emergency"},
	{WARD_TIER_ADMIN, 200, 999, "Platform"},
	{WARD_TIER_BASELINE, 0, 1000, "Baseline"},
};

struct cluster_slot *cluster_slot_of(struct cluster_slots *slots, const struct cluster_slot *wanted,
				     enum ward_direction direction)
{
	for (uint32_t i = slots->list.n; i > 0; i--) {
		struct cluster_slot *slot = &slots->list.items[i - 1];

		if (slot->run != wanted->run)
			break;
		if (strcmp(slot->text, wanted->text) == 0 && slot->rules[direction].len < RULES_MAX)
			return slot;
	}
	ward_vec_push(&slots->list, *wanted);
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		slots->list.items[slots->list.n - 1].rules[dir] = tree_list();
	return &slots->list.items[slots->list.n - 1];
}

static bool band_has(const struct band *band, const struct cluster_slot *slot)
{
	return slot->part->tier == band->tier && (uint32_t)slot->part->order >= band->first &&
	       (uint32_t)slot->part->order <= band->last;
}

static void band_number(struct render *in, const struct band *band, struct cluster_slot *slots,
			uint32_t n)
{
	uint32_t next = band->first, left = n;

	if (n > band->last - band->first + 1) {
		render_refuse(in, &slots->part->origin, slots->part->origin.mark,
			      "use fewer subjects: each pair of selectors needs an object of its "
			      "own",
			      "tier %s has %u priorities, and %u objects need one each", band->name,
			      band->last - band->first + 1, n);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t order = (uint32_t)slots[i].part->order, latest = band->last - --left;

		if (order > latest)
			order = latest;
		slots[i].priority = order > next ? order : next;
		next = slots[i].priority + 1;
	}
}

static void slots_number(struct render *in, struct cluster_slots *slots)
{
	for (uint32_t b = 0, first = 0; b < WARD_ARRAY_SIZE(bands); b++) {
		uint32_t n = 0;

		while (first + n < slots->list.n &&
		       band_has(&bands[b], &slots->list.items[first + n]))
			n++;
		if (n)
			band_number(in, &bands[b], &slots->list.items[first], n);
		first += n;
	}
}

/* Would the policy of someone else come before or after the slot as it does now? */
static void foreign_check(struct render *in, const struct cluster_slot *slot,
			  const struct ward_clusternetworkpolicy *foreign)
{
	const struct ward_object *policy = &slot->part->origin;
	uint32_t order = (uint32_t)slot->part->order, other = foreign->priority;

	if ((foreign->tier == WARD_CNP_ADMIN) != (slot->part->tier == WARD_TIER_ADMIN) ||
	    (other != order && other != slot->priority &&
	     (other < order) == (other < slot->priority)))
		return;
	render_refuse(in, policy, policy->mark, "move one of them: `order`, or the priority",
		      "priority %u of %s %s lies among those that this policy needs", other,
		      ward_kind_str(foreign->object.kind),
		      ward_symbol_str(in->symbols, foreign->object.name));
}

static void slots_check(struct render *in, const struct cluster_slots *slots)
{
	for (uint32_t i = 0; i < in->snapshot->objects.n; i++) {
		const struct ward_object *object = in->snapshot->objects.items[i];

		if (!object || !ward_kind_is_cluster_policy(object->kind))
			continue;
		for (uint32_t k = 0; k < slots->list.n; k++)
			foreign_check(in, &slots->list.items[k],
				      (const struct ward_clusternetworkpolicy *)object);
	}
}

static void slot_write(struct render *in, const struct cluster_slot *slot, uint32_t number)
{
	static const char *const keys[] = {[WARD_INGRESS] = "ingress", [WARD_EGRESS] = "egress"};
	const struct ward_policy *part = slot->part;
	const char *suffix = ward_arena_format(in->arena, "%u", number);
	struct ward_node spec = tree_map();

	tree_put(in->arena, &spec, "tier",
		 tree_str(part->tier == WARD_TIER_ADMIN ? "Admin" : "Baseline"));
	tree_put(in->arena, &spec, "priority", tree_int(slot->priority));
	tree_put(in->arena, &spec, "subject", slot->subject);
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		if (slot->rules[dir].len)
			tree_put(in->arena, &spec, keys[dir], slot->rules[dir]);
	render_object(in, "policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", "",
		      render_name(in, part->origin.name, part->group, suffix), part->origin.name,
		      spec);
}

void cluster_write(struct render *in, struct cluster_slots *slots)
{
	slots_number(in, slots);
	slots_check(in, slots);
	for (uint32_t i = 0; i < slots->list.n; i++) {
		const struct cluster_slot *slot = &slots->list.items[i];
		uint32_t number = 1;

		for (uint32_t k = 0; k < i; k++)
			number +=
				slots->list.items[k].part->origin.name == slot->part->origin.name &&
				slots->list.items[k].part->group == slot->part->group;
		slot_write(in, slot, number);
	}
}
