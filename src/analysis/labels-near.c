/* SPDX-License-Identifier: Apache-2.0 */
/* Values that are nearly others: a rare one is probably a common one misspelled, and one that is
 * nearly what a group selects probably keeps a pod out of it. */
#include <string.h>

#include "analysis/labels-parts.h"

enum {
	RATIO = 10 /* the common one is found so many times as often */
};

struct choice_key {
	ward_sym key, value;
};

static void choice_push(struct labels *labels, ward_sym key, ward_sym value, uint32_t group)
{
	struct choice_key bytes = {key, value};
	uint32_t id = ward_intern(&labels->choice_ids, &bytes, sizeof(bytes));
	struct label_choice *choice;

	if (id == labels->choices.n) {
		ward_vec_push(&labels->choices,
			      ((struct label_choice){.key = key, .value = value}));
		ward_spelling_init(&labels->choices.items[id].spelling,
				   ward_label_name(labels, value));
	}
	choice = &labels->choices.items[id];
	if (!choice->groups.n || choice->groups.items[choice->groups.n - 1] != group)
		ward_vec_push(&choice->groups, group);
}

/* The values that the groups' entries ask for. */
void ward_label_choices_collect(struct labels *labels)
{
	for (uint32_t g = 0; g < labels->groups.list.n; g++) {
		const struct ward_boxes *boxes = &labels->groups.list.items[g].members.pods;

		for (uint32_t b = 0; b < boxes->list.n && !boxes->overflow; b++) {
			const struct ward_box *box = &boxes->list.items[b];

			for (uint32_t i = box->n_namespace; i < box->n_namespace + box->n_pod;
			     i++) {
				const struct ward_constraint *wanted = &box->constraints[i];

				if (wanted->except || wanted->key == WARD_SYM_SERVICE_ACCOUNT)
					continue;
				for (uint32_t v = 0; v < wanted->n_values; v++)
					choice_push(labels, wanted->key, wanted->values[v], g);
			}
		}
	}
}

/* Does a group ask for the value, or the standard list it? */
static bool is_known(const struct labels *labels, ward_sym key, ward_sym value)
{
	struct choice_key bytes = {key, value};
	const struct ward_dimension *dimension =
		labels->standard ? ward_labelstandard_find(labels->standard, key) : NULL;

	return ward_intern_find(&labels->choice_ids, &bytes, sizeof(bytes)) != WARD_NONE ||
	       (dimension && ward_syms_have(dimension->values, dimension->n_values, value));
}

struct value_key {
	ward_sym key, value;
	uint32_t of_namespace;
};

uint32_t ward_label_value_find(const struct labels *labels, const struct label_subject *subject,
			       struct ward_label label)
{
	struct value_key bytes = {label.key, label.value, !subject->pod};

	return ward_intern_find(&labels->value_ids, &bytes, sizeof(bytes));
}

static void value_count(struct labels *labels, const struct label_subject *subject,
			struct ward_label label)
{
	struct value_key bytes = {label.key, label.value, !subject->pod};
	uint32_t id = ward_intern(&labels->value_ids, &bytes, sizeof(bytes));

	if (id == labels->values.n) {
		ward_vec_push(&labels->values, ((struct label_value){.key = label.key,
								     .value = label.value,
								     .of_namespace = !subject->pod,
								     .meant = WARD_NONE}));
		ward_spelling_init(&labels->values.items[id].spelling,
				   ward_label_name(labels, label.value));
	}
	labels->values.items[id].weight += subject->weight;
}

static void values_count(struct labels *labels, const struct label_subject *subject)
{
	for (uint32_t i = 0; i < subject->labels.n; i++) {
		ward_sym key = subject->labels.items[i].key;

		if (key != WARD_SYM_METADATA_NAME && key != WARD_SYM_SERVICE_ACCOUNT &&
		    !ward_bits_has(&labels->keys_added, key))
			value_count(labels, subject, subject->labels.items[i]);
	}
}

/* By key, the most frequent first. */
struct ranked {
	const struct label_value *value;
	uint32_t number;
};

static int ranked_cmp(const void *a, const void *b)
{
	const struct label_value *x = ((const struct ranked *)a)->value;
	const struct label_value *y = ((const struct ranked *)b)->value;

	if (x->of_namespace != y->of_namespace)
		return x->of_namespace ? 1 : -1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

/* The nearest of those that are frequent enough; @first is the first of its key. */
static uint32_t meant_find(const struct ranked *first, const struct label_value *value)
{
	uint32_t best = WARD_NONE;
	unsigned least = WARD_SPELLING_UNLIKE;

	for (; first->value->weight / RATIO >= value->weight && first->value->key == value->key &&
	       first->value->of_namespace == value->of_namespace;
	     first++) {
		unsigned apart = ward_spelling_apart(&first->value->spelling, &value->spelling);

		if (apart >= least)
			continue;
		least = apart;
		best = first->number;
	}
	return best;
}

static void meant_collect(struct labels *labels)
{
	uint32_t n = labels->values.n, first = 0;
	/* One more, of nothing: the last key ends there. */
	const struct label_value nothing = {.key = WARD_NONE};
	struct ranked *ranked = ward_arena_new_n(&labels->arena, struct ranked, n + 1);

	for (uint32_t i = 0; i < n; i++)
		ranked[i] = (struct ranked){&labels->values.items[i], i};
	if (n)
		qsort(ranked, n, sizeof(*ranked), ranked_cmp);
	ranked[n].value = &nothing;
	for (uint32_t i = 0; i < n; i++) {
		struct label_value *value = &labels->values.items[ranked[i].number];

		if (i && (ranked[i - 1].value->key != value->key ||
			  ranked[i - 1].value->of_namespace != value->of_namespace))
			first = i;
		if (!is_known(labels, value->key, value->value))
			value->meant = meant_find(&ranked[first], value);
	}
}

static void near_collect(struct labels *labels, struct label_value *value)
{
	if (value->of_namespace || is_known(labels, value->key, value->value))
		return;
	for (uint32_t i = 0; i < labels->choices.n; i++) {
		const struct label_choice *choice = &labels->choices.items[i];

		if (choice->key == value->key &&
		    ward_spelling_apart(&choice->spelling, &value->spelling) <= 1)
			ward_vec_push(&value->near, i);
	}
}

void ward_label_values_collect(struct labels *labels)
{
	for (uint32_t i = 0; i < labels->subjects.n; i++)
		if (!labels->subjects.items[i].exempt)
			values_count(labels, &labels->subjects.items[i]);
	if (!labels->standard || labels->standard->reports_near)
		meant_collect(labels);
	for (uint32_t i = 0; i < labels->values.n; i++)
		near_collect(labels, &labels->values.items[i]);
}

ward_sym ward_dimension_nearest(const struct labels *labels, const struct ward_dimension *dimension,
				ward_sym value)
{
	ward_sym best = ward_dimension_alias(dimension, value);
	struct ward_spelling spelling, other;
	unsigned least = WARD_SPELLING_UNLIKE;

	ward_spelling_init(&spelling, ward_label_name(labels, value));
	for (uint32_t i = 0; best == WARD_NONE && i < dimension->n_values; i++) {
		unsigned apart;

		ward_spelling_init(&other, ward_label_name(labels, dimension->values[i]));
		apart = ward_spelling_apart(&spelling, &other);
		least = apart < least ? apart : least;
	}
	for (uint32_t i = 0; least < WARD_SPELLING_UNLIKE && i < dimension->n_values; i++) {
		ward_sym candidate = dimension->values[i];

		ward_spelling_init(&other, ward_label_name(labels, candidate));
		if (ward_spelling_apart(&spelling, &other) == least &&
		    (best == WARD_NONE || ward_symbol_cmp(labels->symbols, candidate, best) < 0))
			best = candidate;
	}
	return best;
}

const struct ward_dimension *ward_label_key_meant(const struct labels *labels, ward_sym key)
{
	const struct ward_labelstandard *standard = labels->standard;
	struct ward_spelling spelling, other;

	if (!standard || ward_labelstandard_find(standard, key))
		return NULL;
	ward_spelling_init(&spelling, ward_label_name(labels, key));
	for (uint32_t i = 0; i < standard->n_dimensions; i++) {
		ward_spelling_init(&other, ward_label_name(labels, standard->dimensions[i].key));
		if (ward_spelling_apart(&spelling, &other) < WARD_SPELLING_UNLIKE)
			return &standard->dimensions[i];
	}
	return NULL;
}
