/* SPDX-License-Identifier: Apache-2.0 */
/* label: other labels for a pod, the pods of a workload, or a namespace; one commit. */
#include <string.h>

#include "base/alloc.h"
#include "kube/names.h"
#include "lab/change.h"

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
		lab_answer_error(request, "%s: %s is no valid label %s", text,
				 ward_is_label_key(key) ? equals + 1 : key,
				 ward_is_label_key(key) ? "value" : "key");
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

static void pods_label(struct lab_request *request, const char *target,
		       const struct relabels *relabels)
{
	struct lab *lab = request->lab;
	struct lab_change change;
	struct lab_pods pods;

	if (!lab_resolve(request, target, &pods))
		return;
	lab_change_begin(&change, request);
	for (uint32_t i = 0; i < pods.list.n; i++) {
		struct lab_pod *pod = pods.list.items[i];

		lab_change_note(&change, &pod->pod.object, "labelled",
				difference(lab, pod->pod.labels, relabels));
		pod->pod.labels = labels_changed(lab, pod->pod.labels, relabels);
		pod->concerned = true;
		lab_pod_put(lab, pod);
	}
	ward_vec_done(&pods.list);
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
	lab_change_begin(&change, request);
	new = ward_arena_copy(&lab->world.arena, old, sizeof(*old));
	new->labels = labels_changed(lab, old->labels, relabels);
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
