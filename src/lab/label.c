/* SPDX-License-Identifier: Apache-2.0 */
/* label: other labels for a pod, the pods of a workload, or a namespace; one commit. */
#include <string.h>

#include "base/alloc.h"
#include "kube/names.h"
#include "lab/change.h"

#define NAME_RULE "at most 63 letters, digits, '-', '_', '.', with a letter or digit at both ends"

struct relabel {
	ward_sym key, value; /* value WARD_NONE: taken away */
};

struct relabels {
	WARD_VEC(struct relabel) list;
};

/* "key=value" or "key-"; false and the request is answered. */
static bool relabel_parse(struct lab_request *request, const char *text, struct relabel *ret)
{
	struct ward_symbols *symbols = request->lab->symbols;
	const char *equals = strchr(text, '=');
	size_t len = strlen(text);
	bool removes = !equals && len > 1 && text[len - 1] == '-';
	_cleanup_free_ char *key = strndup(text, equals ? (size_t)(equals - text) : len - removes);

	if (!equals && !removes) {
		lab_answer_error(request,
				 "%s is no change of a label: write key=value to set it, "
				 "key- to take it away",
				 text);
		return false;
	}
	if (!ward_is_label_key(key) || (equals && !ward_is_label_value(equals + 1))) {
		lab_answer_error(
			request,
			ward_is_label_key(key)
				? "%s: %s is no valid label value: it is empty, or " NAME_RULE
				: "%s: %s is no valid label key: it is NAME or "
				  "PREFIX/NAME, a name " NAME_RULE,
			text, ward_is_label_key(key) ? equals + 1 : key);
		return false;
	}
	ret->key = ward_symbol(symbols, key);
	ret->value = equals ? ward_symbol(symbols, equals + 1) : WARD_NONE;
	return true;
}

static bool relabels_parse(struct lab_request *request, struct relabels *relabels)
{
	const struct ward_node *changes = ward_node_get(request->root, "changes");

	if (!changes || changes->type != WARD_NODE_LIST || !changes->len) {
		lab_answer_error(request, "label needs a change: key=value or key-");
		return false;
	}
	for (uint32_t i = 0; i < changes->len; i++) {
		struct relabel relabel;

		if (!changes->items[i].text)
			continue;
		if (!relabel_parse(request, changes->items[i].text, &relabel))
			return false;
		ward_vec_push(&relabels->list, relabel);
	}
	return true;
}

static const struct relabel *relabel_of(const struct relabels *relabels, ward_sym key)
{
	for (uint32_t i = relabels->list.n; i > 0; i--)
		if (relabels->list.items[i - 1].key == key)
			return &relabels->list.items[i - 1];
	return NULL;
}

static int label_cmp(const void *a, const void *b)
{
	ward_sym x = ((const struct ward_label *)a)->key, y = ((const struct ward_label *)b)->key;

	return x < y ? -1 : x > y;
}

static struct ward_labels labels_changed(struct lab *lab, struct ward_labels labels,
					 const struct relabels *relabels)
{
	struct ward_label *items =
		ward_arena_new_n(&lab->world.arena, struct ward_label, labels.n + relabels->list.n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < labels.n; i++)
		if (!relabel_of(relabels, labels.items[i].key))
			items[n++] = labels.items[i];
	for (uint32_t i = 0; i < relabels->list.n; i++) {
		const struct relabel *relabel = &relabels->list.items[i];

		if (relabel->value != WARD_NONE && relabel == relabel_of(relabels, relabel->key))
			items[n++] = (struct ward_label){relabel->key, relabel->value};
	}
	qsort(items, n, sizeof(*items), label_cmp);
	return (struct ward_labels){n, items};
}

/* To take away what is not there is a mistake, unless another of the @n things labelled has it. */
static bool removals_check(struct lab_request *request, const char *target,
			   const struct ward_labels *labels, uint32_t n,
			   const struct relabels *relabels)
{
	const struct ward_symbols *symbols = request->lab->symbols;

	for (uint32_t i = 0; i < relabels->list.n; i++) {
		const struct relabel *relabel = &relabels->list.items[i];
		struct ward_nearest near = {.word = ward_symbol_str(symbols, relabel->key)};
		bool known = relabel->value != WARD_NONE;

		for (uint32_t k = 0; k < n; k++) {
			known |= ward_labels_get(labels[k], relabel->key) != WARD_NONE;
			for (uint32_t l = 0; l < labels[k].n; l++)
				ward_nearest_offer(&near, ward_symbol_str(symbols,
									  labels[k].items[l].key));
		}
		if (known)
			continue;
		lab_answer_error(request, "%s has no label %s%s%s%s", target, near.word,
				 near.best ? "; did you mean " : "", near.best ? near.best : "",
				 near.best ? "?" : "");
		return false;
	}
	return true;
}

/* "role frontend → db, canary true → (none)"; the caller frees. */
static char *difference(const struct lab *lab, struct ward_labels before,
			const struct relabels *relabels)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (uint32_t i = 0; i < relabels->list.n; i++) {
		const struct relabel *relabel = &relabels->list.items[i];
		ward_sym old = ward_labels_get(before, relabel->key);

		fprintf(out, "%s%s %s → %s", i ? ", " : "",
			ward_symbol_str(lab->symbols, relabel->key),
			old == WARD_NONE ? "(none)" : ward_symbol_str(lab->symbols, old),
			relabel->value == WARD_NONE
				? "(none)"
				: ward_symbol_str(lab->symbols, relabel->value));
	}
	fclose(out);
	return text;
}

static void pod_label(struct lab_change *change, struct lab_pod *pod,
		      const struct relabels *relabels)
{
	struct lab *lab = change->request->lab;
	struct ward_labels labels = labels_changed(lab, pod->pod.labels, relabels);

	if (lab_labels_are_equal(labels, pod->pod.labels)) {
		lab_change_unchanged(change, &pod->pod.object);
		return;
	}
	lab_change_note(change, &pod->pod.object, "labelled",
			difference(lab, pod->pod.labels, relabels));
	pod->pod.labels = labels;
	pod->concerned = true;
	lab_pod_put(lab, pod);
}

static void pods_label(struct lab_request *request, const char *target,
		       const struct relabels *relabels)
{
	_cleanup_free_ struct ward_labels *labels = NULL;
	_cleanup_(lab_pods_done) struct lab_pods pods = {};
	struct lab_change change;

	if (!lab_resolve(request, target, &pods))
		return;
	labels = ward_new_n(struct ward_labels, pods.list.n);
	for (uint32_t i = 0; i < pods.list.n; i++)
		labels[i] = pods.list.items[i]->pod.labels;
	if (!removals_check(request, target, labels, pods.list.n, relabels))
		return;
	lab_change_begin(&change, request);
	for (uint32_t i = 0; i < pods.list.n; i++)
		pod_label(&change, pods.list.items[i], relabels);
	lab_change_end(&change);
}

static void namespace_label(struct lab_request *request, const char *name,
			    const struct relabels *relabels)
{
	struct lab *lab = request->lab;
	ward_sym sym = ward_symbol_find(lab->symbols, name);
	const struct ward_namespace *old =
		(const struct ward_namespace *)ward_snapshot_find(&lab->world, WARD_KIND_NAMESPACE,
								  WARD_NONE, sym);
	struct ward_namespace *new;
	struct lab_change change;

	if (!old) {
		lab_answer_error(request, "no namespace %s in this lab", name);
		return;
	}
	if (relabel_of(relabels, WARD_SYM_METADATA_NAME)) {
		lab_answer_error(request, "kubernetes.io/metadata.name is the name of the "
					  "namespace and cannot be changed");
		return;
	}
	if (!removals_check(request, name, &old->labels, 1, relabels))
		return;
	lab_change_begin(&change, request);
	new = ward_arena_copy(&lab->world.arena, old, sizeof(*old));
	new->labels = labels_changed(lab, old->labels, relabels);
	if (lab_labels_are_equal(new->labels, old->labels)) {
		lab_change_unchanged(&change, &old->object);
		lab_change_end(&change);
		return;
	}
	lab_change_note(&change, &old->object, "labelled", difference(lab, old->labels, relabels));
	lab_put(lab, &new->object);
	for (uint32_t i = 0; i < lab->pods.n; i++)
		lab->pods.items[i]->concerned |= lab->pods.items[i]->pod.object.ns == sym;
	lab_change_end(&change);
}

void lab_op_label(struct lab_request *request)
{
	const char *target = ward_node_get_str(request->root, "target");
	struct relabels relabels = {};

	if (!target)
		lab_answer_error(request, "label needs a pod");
	else if (relabels_parse(request, &relabels)) {
		if (strncmp(target, "namespace/", 10) == 0)
			namespace_label(request, target + 10, &relabels);
		else if (strncmp(target, "ns/", 3) == 0)
			namespace_label(request, target + 3, &relabels);
		else
			pods_label(request, target, &relabels);
	}
	ward_vec_done(&relabels.list);
}
