/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/group-scope.h"

static const struct ward_usergroup *find_nothing(const void *userdata, ward_sym name)
{
	return NULL;
}

void group_lowering_init(struct group_lowering *in, const struct ward_lowering *lowering,
			 const struct ward_grouppolicy *gp, bool staged,
			 struct ward_policies *policies)
{
	*in = (struct group_lowering){
		.lowering = lowering,
		.gp = gp,
		.staged = staged,
		.policies = policies,
		.governs = gp->namespaces.n || gp->n_environments,
		.none = {.find = find_nothing},
	};
	in->groups = lowering->groups ? lowering->groups : &in->none;
	ward_grouppolicy_home(&in->arena, gp, staged ? WARD_HOME_STAGED : WARD_HOME_ENFORCED,
			      &in->subject);
	in->members = ward_arena_new_n(&in->arena, struct ward_members, gp->n_groups);
	for (uint32_t i = 0; i < gp->n_groups; i++)
		ward_grouppolicy_members(in->groups, gp, i, &in->members[i]);
}

void group_lowering_done(struct group_lowering *in)
{
	for (uint32_t i = 0; i < in->gp->n_groups; i++)
		ward_members_done(&in->members[i]);
	ward_boxes_done(&in->subject);
	ward_group_resolver_done(&in->none);
	ward_arena_done(&in->arena);
}

static struct ward_scope scope_of(struct ward_arena *arena, const struct ward_box *box)
{
	struct ward_selector namespaces, pods;

	ward_box_selectors(arena, box, &namespaces, &pods);
	return (struct ward_scope){
		.namespaces = ward_build_selector(arena, &namespaces),
		.pods = ward_build_selector(arena, &pods),
	};
}

static void subjects_push(const struct ward_boxes *boxes, struct ward_policy *policy)
{
	struct ward_scope *subjects = ward_arena_new_n(&policy->arena, struct ward_scope,
						       policy->n_subjects + boxes->list.n);

	for (uint32_t i = 0; i < policy->n_subjects; i++)
		subjects[i] = policy->subjects[i];
	for (uint32_t i = 0; i < boxes->list.n; i++)
		subjects[policy->n_subjects++] = scope_of(&policy->arena, &boxes->list.items[i]);
	policy->subjects = subjects;
}

bool group_subjects_add(struct group_lowering *in, uint32_t group, struct ward_policy *policy)
{
	struct ward_boxes boxes = {};
	bool exact;

	ward_boxes_or(&boxes, &in->subject);
	ward_boxes_and(&in->arena, &boxes, &in->members[group].pods);
	exact = !boxes.overflow;
	subjects_push(exact ? &boxes : &in->subject, policy);
	ward_boxes_done(&boxes);
	return exact;
}

void group_subjects_governed(struct group_lowering *in, struct ward_policy *policy)
{
	if (in->governs)
		subjects_push(&in->subject, policy);
	else
		for (uint32_t i = 0; i < in->gp->n_groups; i++)
			group_subjects_add(in, i, policy);
}

static void peers_push_pods(struct group_lowering *in, const struct ward_boxes *boxes,
			    bool same_environment, struct ward_mark mark,
			    struct ward_policy *policy, struct ward_peer *peers, uint32_t *n)
{
	for (uint32_t i = 0; i < boxes->list.n && !boxes->overflow; i++)
		peers[(*n)++] = (struct ward_peer){
			.kind = WARD_PEER_SCOPE,
			.mark = mark,
			.same_environment = same_environment,
			.scope = scope_of(&policy->arena, &boxes->list.items[i]),
		};
}

static void peers_push_addresses(const struct ward_ranges *addresses, struct ward_mark mark,
				 struct ward_policy *policy, struct ward_peer *peers, uint32_t *n)
{
	struct ward_cidrs cidrs = {};

	if (!addresses->list.n)
		return;
	ward_ranges_cidrs(addresses, &cidrs);
	peers[(*n)++] = (struct ward_peer){
		.kind = WARD_PEER_BLOCKS,
		.mark = mark,
		.n_cidrs = cidrs.list.n,
		.cidrs = ward_arena_copy(&policy->arena, cidrs.list.items,
					 cidrs.list.n * sizeof(*cidrs.list.items)),
	};
	ward_vec_done(&cidrs.list);
}

void group_peers(struct group_lowering *in, uint32_t group, bool anywhere,
		 struct ward_policy *policy, struct ward_rule *rule)
{
	const struct ward_members *members = &in->members[group];
	const struct ward_grouppolicy *gp = in->gp;
	struct ward_mark mark = gp->groups[group].mark;
	bool same = !anywhere && gp->peer_environment == WARD_PEER_ENVIRONMENT_SAME;
	struct ward_boxes boxes = {};
	struct ward_peer *peers;

	ward_boxes_or(&boxes, &members->pods);
	if (!anywhere && gp->peer_environment == WARD_PEER_ENVIRONMENT_LISTED)
		ward_boxes_in_environments(&in->arena, gp->peer_environments,
					   gp->n_peer_environments, &boxes);
	peers = ward_arena_new_n(&policy->arena, struct ward_peer, boxes.list.n + 1);
	peers_push_pods(in, &boxes, same, mark, policy, peers, &rule->n_peers);
	peers_push_addresses(&members->addresses, mark, policy, peers, &rule->n_peers);
	rule->peers = peers;
	/* too many to say: a deny must not be less than was meant */
	if (boxes.overflow && rule->action == WARD_DENY)
		rule->any_peer = rule->fails_closed = true;
	ward_boxes_done(&boxes);
}
