/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/standing.h"

#include "analysis/nearest.h"
#include "analysis/unlike.h"
#include "kube/snapshot.h"

static const struct ward_membership *membership_of(const struct ward_group_entry *group)
{
	const struct ward_grouppolicy *policy = group->policy;

	if (group->group)
		return &group->group->membership;
	for (uint32_t i = 0; i < policy->n_groups; i++)
		if (policy->groups[i].name == group->name)
			return &policy->groups[i].membership;
	return NULL;
}

void ward_standings_init(struct ward_standings *standings, struct ward_groups *groups,
			 const struct ward_symbols *symbols, const struct ward_group_entry *group)
{
	*standings = (struct ward_standings){
		.resolver = &groups->resolver,
		.symbols = symbols,
		.group = group,
		.membership = membership_of(group),
		.has_home = group->policy,
	};
	if (group->policy)
		ward_grouppolicy_home(&standings->arena, group->policy, WARD_HOME_ALL,
				      &standings->home);
}

void ward_standings_done(struct ward_standings *standings)
{
	ward_boxes_done(&standings->home);
	ward_arena_done(&standings->arena);
}

struct ward_candidate ward_candidate_of(const struct ward_engine *engine, uint32_t endpoint)
{
	const struct ward_endpoint *pod = &ward_engine_tables(engine)->endpoints[endpoint];

	return (struct ward_candidate){
		.ns = pod->object.ns,
		.namespace_labels = ward_engine_namespace_labels(engine, pod->object.ns),
		.labels = ward_engine_labels(engine, pod->labels),
	};
}

/* Is the pod in a group that an entry names?  One that leads back is nobody (group/members.h). */
static bool is_in(const struct ward_standings *standings, const struct ward_candidate *candidate,
		  ward_sym name)
{
	const struct ward_group_entry *group = standings->group;
	const struct ward_members *members;

	if (group->group && ward_group_leads_to(standings->resolver, name, group->name))
		return false;
	members = ward_group_members(standings->resolver, name);
	return members && !members->pods.overflow &&
	       ward_boxes_have(&members->pods, candidate->namespace_labels, candidate->labels);
}

static bool is_home(const struct ward_standings *standings, const struct ward_candidate *candidate)
{
	return !standings->has_home ||
	       ward_boxes_have(&standings->home, candidate->namespace_labels, candidate->labels);
}

static bool entry_matches(const struct ward_standings *standings,
			  const struct ward_candidate *candidate,
			  const struct ward_member_entry *entry)
{
	if (entry->n_blocks ||
	    !ward_selector_matches(&entry->namespaces, candidate->namespace_labels) ||
	    !ward_selector_matches(&entry->pods, candidate->labels))
		return false;
	for (uint32_t i = 0; i < entry->n_groups; i++)
		if (!is_in(standings, candidate, entry->groups[i].name))
			return false;
	return true;
}

static void find_entry(const struct ward_standings *standings,
		       const struct ward_candidate *candidate, struct ward_standing *standing)
{
	const struct ward_membership *membership = standings->membership;

	for (uint32_t i = 0; i < membership->n_entries && !standing->entry; i++) {
		const struct ward_member_entry *entry = &membership->entries[i];

		if (!entry_matches(standings, candidate, entry) ||
		    (!entry->scoped && !is_home(standings, candidate)))
			continue;
		standing->entry = entry;
		standing->index = i;
	}
}

struct ward_standing ward_standing_of(const struct ward_standings *standings,
				      const struct ward_candidate *candidate)
{
	const struct ward_membership *membership = standings->membership;
	struct ward_standing standing = {.kind = WARD_STANDING_OUTSIDE};

	find_entry(standings, candidate, &standing);
	if (!standing.entry)
		return standing;
	standing.kind = WARD_STANDING_MEMBER;
	for (uint32_t i = 0; i < membership->n_required && membership->excludes_lacking; i++) {
		if (ward_labels_get(candidate->labels, membership->required[i]) != WARD_NONE)
			continue;
		standing.kind = WARD_STANDING_LACKING;
		standing.lacks = membership->required[i];
	}
	for (uint32_t i = 0; i < membership->n_excludes; i++) {
		if (!entry_matches(standings, candidate, &membership->excludes[i]))
			continue;
		standing.kind = WARD_STANDING_EXCLUDED;
		standing.exclude = &membership->excludes[i];
		standing.exclude_index = i;
		break;
	}
	return standing;
}

/* Differences being counted. */
struct measuring {
	const struct ward_standings *standings;
	const struct ward_candidate *candidate;
	struct ward_arena *arena;
	struct ward_distance distance;
};

static void difference_add(struct measuring *measuring, bool is_label, const char *differs)
{
	struct ward_distance *distance = &measuring->distance;

	distance->differs = distance->differs ? ward_arena_format(measuring->arena, "%s\n%s",
								  distance->differs, differs)
					      : differs;
	distance->weight += is_label ? 1 : 2;
}

/* How much of a word is wrong, at the value that comes nearest. */
static uint32_t edits_of(const struct measuring *measuring,
			 const struct ward_requirement *requirement, ward_sym value)
{
	const struct ward_symbols *symbols = measuring->standings->symbols;
	uint32_t least = UINT32_MAX;

	for (uint32_t i = 0;
	     value != WARD_NONE && requirement->op == WARD_OP_IN && i < requirement->n_values;
	     i++) {
		uint32_t edits =
			ward_edit_distance(ward_symbol_str(symbols, value),
					   ward_symbol_str(symbols, requirement->values[i]));

		if (edits < least)
			least = edits;
	}
	return least;
}

static void selector_measure(struct measuring *measuring, const struct ward_selector *selector,
			     struct ward_labels labels, const char *who)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct ward_requirement *requirement = &selector->items[i];

		if (ward_requirement_matches(requirement, labels))
			continue;
		measuring->distance.edits =
			edits_of(measuring, requirement, ward_labels_get(labels, requirement->key));
		measuring->distance.key = who ? WARD_NONE : requirement->key;
		difference_add(measuring, !who,
			       ward_unlike_text(measuring->arena, measuring->standings->symbols,
						requirement, labels, who));
	}
}

static void entry_measure(struct measuring *measuring, const struct ward_member_entry *entry)
{
	const struct ward_standings *standings = measuring->standings;
	const struct ward_candidate *candidate = measuring->candidate;
	const char *ns = ward_symbol_str(standings->symbols, candidate->ns);

	measuring->distance =
		(struct ward_distance){.entry = entry, .edits = UINT32_MAX, .key = WARD_NONE};
	selector_measure(measuring, &entry->pods, candidate->labels, NULL);
	selector_measure(measuring, &entry->namespaces, candidate->namespace_labels,
			 ward_arena_format(measuring->arena, "namespace %s", ns));
	for (uint32_t i = 0; i < entry->n_groups; i++)
		if (!is_in(standings, candidate, entry->groups[i].name))
			difference_add(measuring, false,
				       ward_arena_format(measuring->arena, "it is not in group %s",
							 ward_symbol_str(standings->symbols,
									 entry->groups[i].name)));
	if (!entry->scoped && !is_home(standings, candidate))
		difference_add(
			measuring, false,
			ward_arena_format(measuring->arena,
					  "namespace %s is not one of GroupPolicy %s", ns,
					  ward_symbol_str(standings->symbols,
							  standings->group->policy->object.name)));
	if (measuring->distance.weight > 1) {
		measuring->distance.edits = UINT32_MAX;
		measuring->distance.key = WARD_NONE;
	}
}

bool ward_standing_distance(const struct ward_standings *standings,
			    const struct ward_candidate *candidate, struct ward_arena *arena,
			    struct ward_distance *ret_distance)
{
	const struct ward_membership *membership = standings->membership;
	struct measuring measuring = {standings, candidate, arena};
	bool found = false;

	for (uint32_t i = 0; i < membership->n_entries; i++) {
		if (membership->entries[i].n_blocks)
			continue;
		entry_measure(&measuring, &membership->entries[i]);
		measuring.distance.index = i;
		if (found && (measuring.distance.weight > ret_distance->weight ||
			      (measuring.distance.weight == ret_distance->weight &&
			       measuring.distance.edits >= ret_distance->edits)))
			continue;
		*ret_distance = measuring.distance;
		found = true;
	}
	return found;
}
