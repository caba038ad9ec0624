/* SPDX-License-Identifier: Apache-2.0 */
/* Groups: pods in none, pods in two that should share none, and pods that a letter keeps out. */
#include "analysis/labels-parts.h"

static const char *group_name(const struct labels *labels, uint32_t group)
{
	return ward_label_name(labels, labels->groups.list.items[group].name);
}

/* One pair of groups that share a pod. */
struct sharing {
	uint32_t a, b;
	ward_sym key; /* of the dimension that tells them apart, or WARD_NONE: declared */
	uint32_t n;   /* pods in both */
	const struct ward_object *first;
	struct ward_mark mark;
};

struct sharings {
	struct ward_intern ids; /* {a, b, key} */
	WARD_VEC(struct sharing) list;
};

static void sharing_add(struct sharings *sharings, const struct label_subject *subject, uint32_t a,
			uint32_t b, ward_sym key, struct ward_mark mark)
{
	uint32_t bytes[] = {a, b, key};
	uint32_t id = ward_intern(&sharings->ids, bytes, sizeof(bytes));

	if (id == sharings->list.n)
		ward_vec_push(&sharings->list,
			      ((struct sharing){a, b, key, 0, subject->object, mark}));
	sharings->list.items[id].n += subject->n;
}

/* Groups that the author of one of them declares disjoint. */
static void declared_check(struct labels *labels, struct sharings *sharings,
			   const struct label_subject *subject, uint32_t a)
{
	const struct ward_usergroup *group = labels->groups.list.items[a].group;

	for (uint32_t d = 0; group && d < group->n_disjoint; d++)
		for (uint32_t i = 0; i < subject->groups.n; i++) {
			uint32_t b = subject->groups.items[i];
			const struct ward_group_entry *other = &labels->groups.list.items[b];

			if (b != a && other->group && other->name == group->disjoint[d].name)
				sharing_add(sharings, subject, a, b, WARD_NONE,
					    group->disjoint[d].mark);
		}
}

/* Does every entry of the group ask for values of the key? */
static bool is_told_by(const struct ward_group_entry *entry, ward_sym key)
{
	const struct ward_boxes *boxes = &entry->members.pods;

	for (uint32_t b = 0; b < boxes->list.n; b++) {
		const struct ward_box *box = &boxes->list.items[b];
		bool found = false;

		for (uint32_t i = box->n_namespace; i < box->n_namespace + box->n_pod; i++)
			found |= box->constraints[i].key == key && !box->constraints[i].except &&
				 !box->constraints[i].with_absent;
		if (!found)
			return false;
	}
	return boxes->list.n > 0;
}

/* A group that is made of the other shares its pods on purpose. */
static bool is_nested(const struct labels *labels, const struct ward_group_entry *a,
		      const struct ward_group_entry *b)
{
	const struct ward_group_resolver *resolver = &labels->groups.resolver;

	return ward_group_leads_to(resolver, a->name, b->name) ||
	       ward_group_leads_to(resolver, b->name, a->name);
}

static void exclusive_check(struct labels *labels, struct sharings *sharings,
			    const struct label_subject *subject, ward_sym key)
{
	for (uint32_t i = 0; i < subject->groups.n; i++)
		for (uint32_t k = i + 1; k < subject->groups.n; k++) {
			uint32_t a = subject->groups.items[i], b = subject->groups.items[k];
			const struct ward_group_entry *x = &labels->groups.list.items[a];
			const struct ward_group_entry *y = &labels->groups.list.items[b];

			if (x->group && y->group && is_told_by(x, key) && is_told_by(y, key) &&
			    !is_nested(labels, x, y))
				sharing_add(sharings, subject, a, b, key,
					    (struct ward_mark){.file = WARD_NONE});
		}
}

static void subject_sharings(struct labels *labels, struct sharings *sharings,
			     const struct label_subject *subject)
{
	const struct ward_labelstandard *standard = labels->standard;

	if (subject->groups.n < 2)
		return;
	for (uint32_t i = 0; i < subject->groups.n; i++)
		declared_check(labels, sharings, subject, subject->groups.items[i]);
	for (uint32_t d = 0; standard && d < standard->n_dimensions; d++)
		if (standard->dimensions[d].exclusive)
			exclusive_check(labels, sharings, subject, standard->dimensions[d].key);
}

static const char *pods_text(struct labels *labels, const struct sharing *sharing)
{
	const char *first =
		ward_label_text(labels, "%s/%s", ward_label_name(labels, sharing->first->ns),
				ward_label_name(labels, sharing->first->name));

	if (sharing->n == 1)
		return first;
	return ward_label_text(labels, "%s and %u more", first, sharing->n - 1);
}

static void sharing_report(struct labels *labels, const struct sharing *sharing)
{
	const struct ward_object *object = &labels->groups.list.items[sharing->a].group->object;

	if (sharing->key == WARD_NONE)
		ward_label_report(labels, WARD_ERROR, "not-disjoint", object, sharing->mark,
				  "relabel the pods, or take it out of disjointWith",
				  "shares pods with group %s, with which it should share none: %s",
				  group_name(labels, sharing->b), pods_text(labels, sharing));
	else
		ward_label_report(labels, WARD_ERROR, "not-disjoint", object, sharing->mark,
				  "let them select different values, or nest one in the other",
				  "shares pods with group %s, though %s is exclusive: %s",
				  group_name(labels, sharing->b),
				  ward_label_name(labels, sharing->key),
				  pods_text(labels, sharing));
}

void ward_label_groups_check(struct labels *labels)
{
	struct sharings sharings = {};

	for (uint32_t i = 0; i < labels->subjects.n; i++) {
		const struct label_subject *subject = &labels->subjects.items[i];

		subject_sharings(labels, &sharings, subject);
		if (subject->is_member && !subject->exempt && !subject->groups.n &&
		    labels->groups.list.n && !labels->overflow)
			ward_label_blame(labels, WARD_NOTE, "in-no-group", subject,
					 "label it for a group, or let a group select it",
					 "is in no group");
	}
	for (uint32_t i = 0; i < sharings.list.n; i++)
		sharing_report(labels, &sharings.list.items[i]);
	ward_vec_done(&sharings.list);
	ward_intern_done(&sharings.ids);
}

/* The group that the subject would join with the other value, or WARD_NONE. */
static uint32_t joined_with(const struct labels *labels, const struct label_subject *subject,
			    const struct label_choice *choice)
{
	_cleanup_free_ struct ward_label *items =
		ward_new_n(struct ward_label, subject->labels.n + 1);
	struct ward_labels spelled = {subject->labels.n, items};

	for (uint32_t i = 0; i < spelled.n; i++) {
		items[i] = subject->labels.items[i];
		if (items[i].key == choice->key)
			items[i].value = choice->value;
	}
	for (uint32_t g = 0; g < choice->groups.n; g++) {
		uint32_t group = choice->groups.items[g];

		if (ward_boxes_have(&labels->groups.list.items[group].members.pods,
				    subject->ns->labels, spelled) &&
		    !ward_boxes_have(&labels->groups.list.items[group].members.pods,
				     subject->ns->labels, subject->labels))
			return group;
	}
	return WARD_NONE;
}

bool ward_label_nearly_joins(struct labels *labels, const struct label_subject *subject,
			     struct ward_label label)
{
	uint32_t value = ward_label_value_find(labels, subject, label);
	const number_list *near = value == WARD_NONE ? NULL : &labels->values.items[value].near;

	for (uint32_t i = 0; near && subject->is_member && i < near->n; i++) {
		const struct label_choice *choice = &labels->choices.items[near->items[i]];
		uint32_t group = joined_with(labels, subject, choice);

		if (group == WARD_NONE)
			continue;
		ward_label_blame(labels, WARD_ERROR, "nearly-in-group", subject,
				 ward_label_text(labels,
						 "write %s=%s; if it is meant, list the "
						 "value in the LabelStandard",
						 ward_label_name(labels, label.key),
						 ward_label_name(labels, choice->value)),
				 "label %s is %s: this pod would join group %s if it were spelled "
				 "%s",
				 ward_label_name(labels, label.key),
				 ward_label_name(labels, label.value), group_name(labels, group),
				 ward_label_name(labels, choice->value));
		ward_label_suggest(labels, subject, label.key, choice->value);
		return true;
	}
	return false;
}
