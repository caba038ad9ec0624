/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors.  Everything is sorted by its text: the order of symbols is that of the input. */
#include <string.h>

#include "render/parts.h"

bool render_scope(struct render *in, const struct ward_scope *scope,
		  const struct ward_selector *pin, struct ward_scope *ret_scope)
{
	static const struct ward_selector any;
	struct ward_boxes boxes = {}, pinned = {};
	bool possible;

	ward_boxes_add(in->arena, &boxes, &scope->namespaces, &scope->pods);
	if (pin) {
		ward_boxes_add(in->arena, &pinned, pin, &any);
		ward_boxes_and(in->arena, &boxes, &pinned);
	}
	possible = boxes.list.n;
	if (possible)
		ward_box_selectors(in->arena, &boxes.list.items[0], &ret_scope->namespaces,
				   &ret_scope->pods);
	ward_boxes_done(&boxes);
	ward_boxes_done(&pinned);
	return possible;
}

struct ward_selector render_environment(struct render *in, const struct ward_namespace *ns)
{
	ward_sym env = ward_labels_get(ns->labels, WARD_SYM_ENV);

	if (env != WARD_NONE && env != WARD_SYM_EMPTY)
		return ward_selector_in(in->arena, WARD_SYM_ENV, &env, 1);
	return ward_selector_in(in->arena, WARD_SYM_METADATA_NAME, &ns->object.name, 1);
}

struct word {
	const char *text;
	const struct ward_requirement *of;
};

static int word_cmp(const void *a, const void *b)
{
	const struct word *left = a, *right = b;
	int cmp = strcmp(left->text, right->text);

	return cmp || !left->of ? cmp : (int)left->of->op - (int)right->of->op;
}

static struct ward_node values_node(struct render *in, const struct ward_requirement *requirement)
{
	struct word *words = ward_arena_new_n(in->arena, struct word, requirement->n_values);
	struct ward_node list = tree_list();

	for (uint32_t i = 0; i < requirement->n_values; i++)
		words[i].text = ward_symbol_str(in->symbols, requirement->values[i]);
	qsort(words, requirement->n_values, sizeof(*words), word_cmp);
	for (uint32_t i = 0; i < requirement->n_values; i++)
		tree_push(in->arena, &list, tree_str(words[i].text));
	return list;
}

static struct ward_node requirement_node(struct render *in,
					 const struct ward_requirement *requirement)
{
	static const char *const operators[WARD_N_OP] = {
		[WARD_OP_IN] = "In",
		[WARD_OP_NOT_IN] = "NotIn",
		[WARD_OP_EXISTS] = "Exists",
		[WARD_OP_NOT_EXISTS] = "DoesNotExist",
	};
	struct ward_node map = tree_map();

	tree_put(in->arena, &map, "key", tree_str(ward_symbol_str(in->symbols, requirement->key)));
	tree_put(in->arena, &map, "operator", tree_str(operators[requirement->op]));
	if (requirement->n_values)
		tree_put(in->arena, &map, "values", values_node(in, requirement));
	return map;
}

struct ward_node render_selector(struct render *in, const struct ward_selector *selector)
{
	struct word *words = ward_arena_new_n(in->arena, struct word, selector->n);
	struct ward_node labels = tree_map(), expressions = tree_list(), map = tree_map();

	for (uint32_t i = 0; i < selector->n; i++)
		words[i] = (struct word){ward_symbol_str(in->symbols, selector->items[i].key),
					 &selector->items[i]};
	qsort(words, selector->n, sizeof(*words), word_cmp);
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct ward_requirement *of = words[i].of;

		if (of->op == WARD_OP_IN && of->n_values == 1 &&
		    !ward_node_get(&labels, words[i].text))
			tree_put(in->arena, &labels, words[i].text,
				 tree_str(ward_symbol_str(in->symbols, of->values[0])));
		else
			tree_push(in->arena, &expressions, requirement_node(in, of));
	}
	if (labels.len)
		tree_put(in->arena, &map, "matchLabels", labels);
	if (expressions.len)
		tree_put(in->arena, &map, "matchExpressions", expressions);
	return map;
}

struct ward_node render_pair(struct render *in, const struct ward_scope *scope)
{
	struct ward_node map = tree_map();

	tree_put(in->arena, &map, "namespaceSelector", render_selector(in, &scope->namespaces));
	tree_put(in->arena, &map, "podSelector", render_selector(in, &scope->pods));
	return map;
}

bool render_scope_is_refused(struct render *in, const struct ward_object *policy,
			     struct ward_mark mark, const struct ward_scope *scope)
{
	for (uint32_t i = 0; i < scope->pods.n; i++) {
		if (scope->pods.items[i].key != WARD_SYM_SERVICE_ACCOUNT)
			continue;
		render_refuse(in, policy, mark,
			      "give these pods a label of their own, and select that",
			      "pods are told by their service account, and no policy of Kubernetes "
			      "selects by it");
		return true;
	}
	return false;
}

static int node_cmp(const void *a, const void *b)
{
	return strcmp(((const struct ward_node *)a)->text, ((const struct ward_node *)b)->text);
}

struct ward_node render_sorted(struct render *in, const struct ward_node *list)
{
	struct ward_node sorted = tree_list();

	for (uint32_t i = 0; i < list->len; i++)
		list->items[i].text = tree_text(in->arena, &list->items[i]);
	if (list->len)
		qsort(list->items, list->len, sizeof(*list->items), node_cmp);
	for (uint32_t i = 0; i < list->len; i++)
		if (!i || node_cmp(&list->items[i - 1], &list->items[i]) != 0)
			tree_push(in->arena, &sorted, list->items[i]);
	return sorted;
}
