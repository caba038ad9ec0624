/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors of policies and groups: those that can never match under the standard, and those that
 * match nothing now.  A selector without requirements selects everything. */
#include "analysis/labels-parts.h"

static uint32_t scope_number(struct labels *labels, const struct ward_scope *scope)
{
	uint32_t number = scopes_intern(&labels->scopes, scope);

	while (labels->groups_of.n < labels->scopes.list.n)
		ward_vec_push(&labels->groups_of, (number_list){});
	return number;
}

static void use_push(struct labels *labels, struct label_use use, const struct ward_scope *scope)
{
	if (!scope->namespaces.n && !scope->pods.n)
		return;
	use.scope = scope_number(labels, scope);
	ward_vec_push(&labels->uses, use);
}

static void policy_uses(struct labels *labels, const struct ward_policy *policy)
{
	struct label_use use = {
		.object = ward_snapshot_find(labels->snapshot, policy->origin.kind,
					     policy->origin.ns, policy->origin.name),
		.mark = policy->origin.mark,
		.what = "the policy",
	};

	for (uint32_t i = 0; i < policy->n_subjects; i++) {
		const struct ward_selector *pods = &policy->subjects[i].pods;

		if (pods->n)
			use.mark = pods->items[0].mark;
		use_push(labels, use, &policy->subjects[i]);
	}
	use.what = "the peer";
	for (uint32_t r = 0; r < policy->n_rules; r++)
		for (uint32_t p = 0; p < policy->rules[r].n_peers; p++) {
			const struct ward_peer *peer = &policy->rules[r].peers[p];

			use.mark = peer->mark;
			if (peer->kind == WARD_PEER_SCOPE)
				use_push(labels, use, &peer->scope);
		}
}

/* @home: where entries of a policy's own groups are that do not say. */
static void entries_uses(struct labels *labels, const struct ward_object *object, const char *what,
			 const struct ward_selector *home, const struct ward_member_entry *entries,
			 uint32_t n, bool excludes)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct ward_scope scope = {
			.namespaces = home && !entries[i].scoped ? *home : entries[i].namespaces,
			.pods = entries[i].pods,
		};

		use_push(labels,
			 (struct label_use){.object = object,
					    .mark = entries[i].mark,
					    .what = what,
					    .excludes = excludes},
			 &scope);
	}
}

static void membership_uses(struct labels *labels, const struct ward_object *object,
			    const char *what, const struct ward_selector *home,
			    const struct ward_membership *of)
{
	entries_uses(labels, object, what, home, of->entries, of->n_entries, false);
	entries_uses(labels, object, "the exclusion", NULL, of->excludes, of->n_excludes, true);
}

static void group_uses(struct labels *labels, const struct ward_group_entry *entry)
{
	if (entry->group) {
		membership_uses(labels, &entry->group->object, "the entry", NULL,
				&entry->group->membership);
		return;
	}
	for (uint32_t g = 0; g < entry->policy->n_groups; g++)
		if (entry->policy->groups[g].name == entry->name)
			membership_uses(labels, &entry->policy->object,
					ward_label_text(labels, "group %s",
							ward_label_name(labels, entry->name)),
					&entry->policy->namespaces,
					&entry->policy->groups[g].membership);
}

/* Its members are the pods for which one of these scopes holds. */
static void group_scopes(struct labels *labels, uint32_t group)
{
	const struct ward_boxes *boxes = &labels->groups.list.items[group].members.pods;

	labels->overflow |= boxes->overflow;
	for (uint32_t b = 0; b < boxes->list.n && !boxes->overflow; b++) {
		struct ward_scope scope;
		uint32_t number;

		ward_box_selectors(&labels->arena, &boxes->list.items[b], &scope.namespaces,
				   &scope.pods);
		number = scope_number(labels, &scope);
		if (number != WARD_NONE)
			ward_vec_push(&labels->groups_of.items[number], group);
	}
}

void ward_label_uses_collect(struct labels *labels)
{
	const struct ward_lowering lowering = {.symbols = labels->symbols,
					       .today = labels->snapshot->today};

	for (uint32_t i = 0; i < labels->snapshot->objects.n; i++) {
		const struct ward_object *object = labels->snapshot->objects.items[i];

		if (object && object->kind != WARD_KIND_GROUPPOLICY)
			ward_lower(&lowering, object, &labels->policies);
	}
	for (uint32_t i = 0; i < labels->policies.list.n; i++)
		policy_uses(labels, labels->policies.list.items[i]);
	for (uint32_t i = 0; i < labels->groups.list.n; i++) {
		group_uses(labels, &labels->groups.list.items[i]);
		group_scopes(labels, i);
	}
}

/* Does the standard admit a value that the constraint wants? */
static bool admits_some(const struct labels *labels, const struct ward_dimension *dimension,
			const struct ward_constraint *constraint)
{
	const ward_sym *values = constraint->values;

	if (constraint->except && !dimension->n_values)
		return true; /* of a pattern there are enough */
	for (uint32_t i = 0; constraint->except && i < dimension->n_values; i++)
		if (!ward_syms_have(values, constraint->n_values, dimension->values[i]))
			return true;
	for (uint32_t i = 0; !constraint->except && i < constraint->n_values; i++)
		if (ward_dimension_admits(dimension, labels->symbols, values[i]))
			return true;
	return false;
}

/* Can it hold for who keeps to the standard? */
static bool can_hold(const struct labels *labels, const struct ward_constraint *constraint,
		     bool of_namespace)
{
	const struct ward_labelstandard *standard = labels->standard;
	const struct ward_dimension *dimension = ward_labelstandard_find(standard, constraint->key);
	bool here;

	if (!dimension)
		return constraint->with_absent ||
		       !ward_syms_have(standard->forbidden, standard->n_forbidden, constraint->key);
	here = of_namespace ? dimension->on_namespaces : dimension->on_workloads;
	if (!here)
		return constraint->with_absent;
	if (constraint->with_absent &&
	    (!dimension->required || (!of_namespace && dimension->inherits)))
		return true;
	return admits_some(labels, dimension, constraint);
}

/* Are the namespaces all among those that the standard spares? */
static bool is_spared(const struct labels *labels, const struct scope_form *form)
{
	for (uint32_t i = 0; i < form->n_namespace; i++) {
		const struct ward_constraint *constraint = &form->constraints[i];
		uint32_t n = 0;

		if (constraint->key != WARD_SYM_METADATA_NAME || constraint->except)
			continue;
		while (n < constraint->n_values &&
		       ward_label_is_exempt(labels, constraint->values[n]))
			n++;
		if (n == constraint->n_values)
			return true;
	}
	return false;
}

/* The first that cannot hold, or NULL. */
static const struct ward_constraint *impossible(const struct labels *labels, uint32_t scope,
						bool *ret_of_namespace)
{
	const struct scope_form *form = &labels->scopes.list.items[scope];

	if (!labels->standard || is_spared(labels, form) ||
	    ward_bits_has(&labels->matched_exempt, scope))
		return NULL;
	for (uint32_t i = 0; i < form->n_namespace + form->n_pod; i++) {
		*ret_of_namespace = i < form->n_namespace;
		if (!can_hold(labels, &form->constraints[i], *ret_of_namespace))
			return &form->constraints[i];
	}
	return NULL;
}

/* What to write instead. */
static const char *instead(struct labels *labels, const struct ward_constraint *constraint,
			   bool of_namespace)
{
	const struct ward_dimension *dimension =
		ward_labelstandard_find(labels->standard, constraint->key);
	const char *key = ward_label_name(labels, constraint->key);
	ward_sym value;

	if (!dimension)
		return "the standard forbids this label";
	if (!(of_namespace ? dimension->on_namespaces : dimension->on_workloads))
		return ward_label_text(labels, "%s is a label of %s: ask for it there", key,
				       of_namespace ? "workloads" : "namespaces");
	value = constraint->n_values && !constraint->except
			? ward_dimension_nearest(labels, dimension, constraint->values[0])
			: WARD_NONE;
	if (value != WARD_NONE)
		return ward_label_text(labels, "did you mean %s=%s?", key,
				       ward_label_name(labels, value));
	return ward_label_text(labels, "there, %s is %s", key,
			       ward_dimension_text(labels, dimension));
}

static const char *constraint_text(struct labels *labels, const struct ward_constraint *constraint)
{
	struct ward_requirement requirements[2];
	const struct ward_selector selector = {
		ward_constraint_requirements(constraint, requirements), requirements};
	char text[160];

	ward_selector_print(&selector, labels->symbols, text, sizeof(text));
	return ward_label_text(labels, "%s", text);
}

static void never_report(struct labels *labels, const struct label_use *use,
			 const struct ward_constraint *constraint, bool of_namespace)
{
	ward_label_report(labels, WARD_ERROR, "never-matches", use->object, use->mark,
			  instead(labels, constraint, of_namespace),
			  "%s can never match: under the LabelStandard no %s is %s", use->what,
			  of_namespace ? "namespace" : "pod", constraint_text(labels, constraint));
}

static void use_check(struct labels *labels, const struct label_use *use)
{
	const struct ward_constraint *constraint;
	bool of_namespace;

	if (use->scope == WARD_NONE) {
		ward_label_report(labels, WARD_ERROR, "never-matches", use->object, use->mark,
				  "requirements of one selector must all hold, on one pod",
				  "%s can never match: its requirements contradict each other",
				  use->what);
		return;
	}
	constraint = impossible(labels, use->scope, &of_namespace);
	if (constraint)
		never_report(labels, use, constraint, of_namespace);
	else if (!labels->matched[use->scope] && !use->excludes && labels->audit->n_pods)
		ward_label_report(labels, WARD_NOTE, "matches-nobody", use->object, use->mark,
				  "remove it if nobody is to come",
				  "%s matches no pod of the input now", use->what);
}

void ward_label_uses_check(struct labels *labels)
{
	for (uint32_t i = 0; i < labels->uses.n; i++)
		use_check(labels, &labels->uses.items[i]);
}
