/* SPDX-License-Identifier: Apache-2.0 */
/* GroupPolicies: namespaces that are not there, groups of nobody, groups that overlap
 * (groups.md 8.2, 8.3). */
#include "analysis/groups.h"
#include "analysis/lint-parts.h"

/* Its members, ascending within each namespace of the policy. */
struct members {
	WARD_VEC(uint32_t) list;
};

/* The one selector of a group that is no more than that, or NULL. */
static const struct ward_selector *plain_selector(const struct ward_group *group)
{
	const struct ward_membership *of = &group->membership;

	if (of->n_entries != 1 || of->n_excludes || of->excludes_lacking || of->entries[0].scoped ||
	    !of->entries[0].pods.n)
		return NULL;
	return &of->entries[0].pods;
}

static void members_push(const struct ward_lint *lint, const struct ward_members *of,
			 uint32_t first, uint32_t n, struct members *members)
{
	for (uint32_t i = first; i < first + n; i++)
		if (ward_members_have(lint->engine, of, &lint->tables->endpoints[i]))
			ward_vec_push(&members->list, i);
}

/* In the namespaces that the policy lists, where it does. */
static void members_collect(const struct ward_lint *lint, struct ward_group_resolver *groups,
			    const struct ward_grouppolicy *gp, uint32_t group,
			    struct members *members)
{
	_cleanup_(ward_members_done) struct ward_members of = {};
	bool listed = gp->n_names && plain_selector(&gp->groups[group]);

	ward_grouppolicy_members(groups, gp, group, &of);
	for (uint32_t n = 0; listed && n < gp->n_names; n++) {
		struct ward_lint_namespace ns = ward_lint_namespace_of(lint, gp->names[n]);

		members_push(lint, &of, ns.first, ns.n, members);
	}
	if (!listed)
		members_push(lint, &of, 0, lint->tables->n_endpoints, members);
}

static bool namespace_is_known(const struct ward_lint *lint, ward_sym ns)
{
	return ward_snapshot_find(lint->snapshot, WARD_KIND_NAMESPACE, WARD_NONE, ns);
}

static const char *namespace_nearest(const struct ward_lint *lint, ward_sym ns)
{
	struct ward_guess guess = {.word = ward_symbol_str(lint->symbols, ns)};

	for (uint32_t i = 0; i < lint->namespace_objects.n; i++)
		ward_guess_offer(&guess,
				 ward_symbol_str(lint->symbols,
						 lint->namespace_objects.items[i]->object.name));
	return guess.best;
}

/* A slip of the pen governs nothing, and without a word.  Where nothing is near, the namespace may
 * exist and not have been given. */
static void namespace_check(struct ward_lint *lint, const struct ward_grouppolicy *gp, ward_sym ns)
{
	const char *name = ward_symbol_str(lint->symbols, ns);
	const char *nearest;

	if (namespace_is_known(lint, ns))
		return;
	nearest = namespace_nearest(lint, ns);
	if (nearest)
		ward_lint_report(lint, WARD_ERROR, "unknown-namespace", &gp->object,
				 gp->object.mark, ward_lint_text(lint, "did you mean %s?", nearest),
				 "governs namespace %s, which nothing else in the input mentions",
				 name);
	else if (lint->n_pods)
		ward_lint_report(lint, WARD_NOTE, "unknown-namespace", &gp->object, gp->object.mark,
				 "give its objects too, or remove it",
				 "governs namespace %s, which nothing else in the input mentions",
				 name);
}

static uint32_t pods_governed(const struct ward_lint *lint, const struct ward_grouppolicy *gp)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < gp->n_names; i++)
		n += ward_lint_namespace_of(lint, gp->names[i]).n_pods;
	return n;
}

static void empty_report(struct ward_lint *lint, const struct ward_grouppolicy *gp,
			 const struct ward_group *group)
{
	const struct ward_selector *pods = plain_selector(group);
	const char *name = ward_symbol_str(lint->symbols, group->name);
	struct ward_label_sets sets = {};
	const char *hint;

	if (!pods) {
		ward_lint_report(lint, WARD_WARNING, "nobody-in-group", &gp->object, group->mark,
				 "until it has a member its rules open nothing",
				 "nobody is in group %s", name);
		return;
	}
	for (uint32_t i = 0; i < gp->n_names; i++)
		ward_label_sets_add_pods(&sets, lint, gp->names[i]);
	hint = ward_lint_instead(lint, pods, &sets,
				 "until a pod carries these labels its rules open nothing");
	ward_vec_done(&sets.list);
	ward_lint_report(lint, WARD_WARNING, "nobody-in-group", &gp->object, group->mark, hint,
			 "nobody is in group %s: of the policy's namespaces no pod is %s", name,
			 ward_lint_selector(lint, pods));
}

/* Reports what group @g shares with the first of those before it that had one of its pods. */
static void shared_report(struct ward_lint *lint, const struct ward_grouppolicy *gp, uint32_t g,
			  const struct members *members, const uint32_t *group_of)
{
	WARD_VEC(uint32_t) shared = {};
	uint32_t other = WARD_NONE;

	for (uint32_t i = 0; i < members->list.n; i++) {
		uint32_t pod = members->list.items[i];

		if (other == WARD_NONE)
			other = group_of[pod];
		if (other != WARD_NONE && group_of[pod] == other)
			ward_vec_push(&shared, pod);
	}
	if (shared.n)
		ward_lint_report(lint, WARD_NOTE, "groups-overlap", &gp->object, gp->groups[g].mark,
				 "if that is not meant, give the groups values of one label",
				 "groups %s and %s share %s, which may do what either may",
				 ward_symbol_str(lint->symbols, gp->groups[other].name),
				 ward_symbol_str(lint->symbols, gp->groups[g].name),
				 ward_lint_pods(lint, (struct ward_pod_set){
							      .n = shared.n,
							      .items = shared.items,
						      }));
	ward_vec_done(&shared);
}

static void overlap_check(struct ward_lint *lint, const struct ward_grouppolicy *gp,
			  const struct members *members)
{
	uint32_t *group_of = ward_new_n(uint32_t, lint->tables->n_endpoints);

	for (uint32_t i = 0; i < lint->tables->n_endpoints; i++)
		group_of[i] = WARD_NONE;
	for (uint32_t g = 0; g < gp->n_groups; g++) {
		shared_report(lint, gp, g, &members[g], group_of);
		for (uint32_t i = 0; i < members[g].list.n; i++) {
			uint32_t pod = members[g].list.items[i];

			if (group_of[pod] == WARD_NONE)
				group_of[pod] = g;
		}
	}
	free(group_of);
}

static bool has_environment(const struct ward_lint *lint, ward_sym ns)
{
	ward_sym value =
		ward_labels_get(ward_engine_namespace_labels(lint->engine, ns), WARD_SYM_ENV);

	return value != WARD_NONE && value != WARD_SYM_EMPTY;
}

static bool has_member(const struct ward_lint *lint, const struct members *members, ward_sym ns,
		       bool inside)
{
	for (uint32_t i = 0; i < members->list.n; i++) {
		uint32_t pod = members->list.items[i];

		if ((lint->tables->endpoints[pod].object.ns == ns) == inside)
			return true;
	}
	return false;
}

/* Is there a line between a member in @ns and one in another namespace? */
static bool is_crossed(const struct ward_lint *lint, const struct ward_grouppolicy *gp,
		       const struct members *members, ward_sym ns)
{
	for (uint32_t r = 0; r < gp->n_rules; r++) {
		const struct ward_group_rule *rule = &gp->rules[r];

		if (rule->from == WARD_GROUP_ANY || rule->to == WARD_GROUP_ANY)
			continue;
		if ((has_member(lint, &members[rule->from], ns, true) &&
		     has_member(lint, &members[rule->to], ns, false)) ||
		    (has_member(lint, &members[rule->from], ns, false) &&
		     has_member(lint, &members[rule->to], ns, true)))
			return true;
	}
	return false;
}

/* Two missing labels are not the same environment (groups.md 3). */
static void environment_check(struct ward_lint *lint, const struct ward_grouppolicy *gp,
			      const struct members *members)
{
	if (gp->peer_environment != WARD_PEER_ENVIRONMENT_SAME || gp->n_names < 2)
		return;
	for (uint32_t i = 0; i < gp->n_names; i++) {
		ward_sym ns = gp->names[i];

		if (!namespace_is_known(lint, ns) || has_environment(lint, ns) ||
		    !is_crossed(lint, gp, members, ns))
			continue;
		ward_lint_report(lint, WARD_WARNING, "no-environment", &gp->object, gp->object.mark,
				 "label the namespace, as in env: prod; or write environment: any",
				 "namespace %s has no env label, so no other namespace is of its "
				 "environment, and rules to or from it open nothing",
				 ward_symbol_str(lint->symbols, ns));
	}
}

/* Addresses are members too, and a UserGroup that is not there is another finding. */
static bool has_nobody(struct ward_group_resolver *groups, const struct ward_grouppolicy *gp,
		       uint32_t group, const struct members *members)
{
	_cleanup_(ward_members_done) struct ward_members of = {};

	if (members->list.n ||
	    (gp->groups[group].is_named && !ward_group_members(groups, gp->groups[group].name)))
		return false;
	ward_grouppolicy_members(groups, gp, group, &of);
	return !of.addresses.list.n;
}

static void policy_check(struct ward_lint *lint, struct ward_group_resolver *groups,
			 const struct ward_grouppolicy *gp)
{
	struct members *members = ward_alloc((gp->n_groups + 1) * sizeof(*members));
	bool governs_any = gp->n_names ? pods_governed(lint, gp) > 0 : lint->n_pods > 0;

	for (uint32_t i = 0; i < gp->n_names; i++)
		namespace_check(lint, gp, gp->names[i]);
	for (uint32_t g = 0; g < gp->n_groups; g++) {
		members_collect(lint, groups, gp, g, &members[g]);
		if (governs_any && has_nobody(groups, gp, g, &members[g]))
			empty_report(lint, gp, &gp->groups[g]);
	}
	overlap_check(lint, gp, members);
	environment_check(lint, gp, members);
	for (uint32_t g = 0; g < gp->n_groups; g++)
		ward_vec_done(&members[g].list);
	free(members);
}

void ward_lint_groups(struct ward_lint *lint)
{
	_cleanup_(ward_group_resolver_done) struct ward_group_resolver groups;

	ward_group_resolver_init(&groups, lint->snapshot);
	for (uint32_t i = 0; i < lint->snapshot->objects.n; i++) {
		const struct ward_object *object = lint->snapshot->objects.items[i];

		if (object && object->kind == WARD_KIND_GROUPPOLICY)
			policy_check(lint, &groups, (const struct ward_grouppolicy *)object);
	}
}
