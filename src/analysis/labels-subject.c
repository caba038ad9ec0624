/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the audit is about: namespaces, and pods by workload. */
#include <string.h>

#include "analysis/labels-parts.h"
#include "kube/names.h"

bool ward_label_is_exempt(const struct labels *labels, ward_sym ns)
{
	const struct ward_labelstandard *standard = labels->standard;

	return standard && ward_syms_have(standard->exempt, standard->n_exempt, ns);
}

/* Keys that pods or namespaces have and that are nearly one of the standard's. */
static void keys_look(struct labels *labels, struct ward_labels of)
{
	for (uint32_t i = 0; i < of.n; i++) {
		ward_sym key = of.items[i].key;

		if (ward_bits_has(&labels->keys_seen, key))
			continue;
		ward_bits_add(&labels->keys_seen, key);
		if (ward_label_key_meant(labels, key)) {
			ward_bits_add(&labels->keys_near, key);
			ward_bits_add(&labels->keys, key);
		}
	}
}

static void keys_collect(struct labels *labels)
{
	const struct ward_labelstandard *standard = labels->standard;

	for (uint32_t i = 0; standard && i < standard->n_dimensions; i++)
		ward_bits_add(&labels->keys, standard->dimensions[i].key);
	for (uint32_t i = 0; standard && i < standard->n_forbidden; i++)
		ward_bits_add(&labels->keys, standard->forbidden[i]);
	for (uint32_t i = 0; i < labels->scopes.list.n; i++) {
		const struct scope_form *form = &labels->scopes.list.items[i];

		for (uint32_t k = 0; k < form->n_namespace + form->n_pod; k++)
			ward_bits_add(&labels->keys, form->constraints[k].key);
	}
	for (size_t i = 0; i < WARD_N_CONTROLLER_LABEL; i++) {
		ward_sym key = ward_symbol_find(labels->symbols, ward_controller_labels[i]);

		if (key != WARD_NONE)
			ward_bits_add(&labels->keys_added, key);
	}
}

typedef WARD_VEC(struct ward_label) label_list;

static void labels_push(const struct labels *labels, struct ward_labels of, label_list *list)
{
	for (uint32_t i = 0; i < of.n; i++)
		if (ward_bits_has(&labels->keys, of.items[i].key))
			ward_vec_push(list, of.items[i]);
}

/* Those that matter, and the service account at its place: the keys are sorted. */
static void pod_labels_push(const struct labels *labels, const struct ward_pod *pod,
			    label_list *list)
{
	struct ward_labels of = pod->labels;
	uint32_t before = 0;

	while (before < of.n && of.items[before].key < WARD_SYM_SERVICE_ACCOUNT)
		before++;
	labels_push(labels, (struct ward_labels){before, of.items}, list);
	if (ward_bits_has(&labels->keys, WARD_SYM_SERVICE_ACCOUNT))
		ward_vec_push(list, ((struct ward_label){WARD_SYM_SERVICE_ACCOUNT,
							 pod->service_account}));
	labels_push(labels, (struct ward_labels){of.n - before, of.items + before}, list);
}

/* Both have it and it differs, or one lacks it; of the keys that matter. */
bool ward_label_has_drifted(const struct labels *labels, const struct ward_pod *pod, ward_sym key)
{
	return pod->made_from && ward_bits_has(&labels->keys, key) &&
	       !ward_bits_has(&labels->keys_added, key) &&
	       ward_labels_get(pod->labels, key) != ward_labels_get(pod->made_from->labels, key);
}

/* Has it the labels of what it was made from? */
static bool has_drifted(const struct labels *labels, const struct ward_pod *pod)
{
	struct ward_labels is = pod->labels, was;

	if (!pod->made_from)
		return false;
	was = pod->made_from->labels;
	for (uint32_t i = 0; i < was.n; i++)
		if (ward_label_has_drifted(labels, pod, was.items[i].key))
			return true;
	for (uint32_t i = 0; i < is.n; i++)
		if (ward_label_has_drifted(labels, pod, is.items[i].key))
			return true;
	return false;
}

static const struct ward_namespace *namespace_of(const struct labels *labels, ward_sym ns)
{
	return (const struct ward_namespace *)ward_snapshot_find(labels->snapshot,
								 WARD_KIND_NAMESPACE, WARD_NONE,
								 ns);
}

/* The same for pods of one workload with the same labels; who is labelled as none of its template
 * is alone. */
static uint32_t subject_id(struct labels *labels, const struct ward_pod *pod, bool is_member,
			   const label_list *list, number_list *bytes)
{
	uint64_t from = (uint64_t)(uintptr_t)pod->made_from;
	ward_sym alone = has_drifted(labels, pod) ? pod->object.name : WARD_NONE;

	ward_vec_clear(bytes);
	ward_vec_push(bytes, pod->object.ns);
	ward_vec_push(bytes, pod->owner_kind);
	ward_vec_push(bytes, pod->owner);
	ward_vec_push(bytes, alone);
	ward_vec_push(bytes, is_member);
	ward_vec_push(bytes, (uint32_t)from);
	ward_vec_push(bytes, (uint32_t)(from >> 32));
	for (uint32_t i = 0; i < list->n; i++) {
		ward_vec_push(bytes, list->items[i].key);
		ward_vec_push(bytes, list->items[i].value);
	}
	return ward_intern(&labels->subject_ids, bytes->items, bytes->n * sizeof(*bytes->items));
}

static void pod_add(struct labels *labels, const struct ward_pod *pod, label_list *list,
		    number_list *bytes)
{
	bool is_member = !pod->host_network;
	struct label_subject *subject;
	uint32_t id;

	ward_vec_clear(list);
	pod_labels_push(labels, pod, list);
	id = subject_id(labels, pod, is_member, list, bytes);
	if (id == labels->subjects.n)
		ward_vec_push(&labels->subjects,
			      ((struct label_subject){
				      .object = &pod->object,
				      .pod = pod,
				      .ns = namespace_of(labels, pod->object.ns),
				      .labels = {list->n,
						 ward_arena_copy(&labels->arena, list->items,
								 list->n * sizeof(*list->items))},
				      .exempt = ward_label_is_exempt(labels, pod->object.ns),
				      .is_member = is_member,
			      }));
	subject = &labels->subjects.items[id];
	subject->n++;
	subject->weight += pod->replicas ? pod->replicas : 1;
	labels->audit->n_pods++;
}

/* After the pods, whose numbers are those of their keys. */
static void namespaces_add(struct labels *labels)
{
	for (uint32_t i = 0; i < labels->snapshot->objects.n; i++) {
		const struct ward_object *object = labels->snapshot->objects.items[i];
		const struct ward_namespace *ns = (const void *)object;

		if (!object || object->kind != WARD_KIND_NAMESPACE || ns->implied)
			continue;
		labels->audit->n_namespaces++;
		ward_vec_push(&labels->subjects,
			      ((struct label_subject){
				      .object = object,
				      .ns = ns,
				      .labels = ns->labels,
				      .n = 1,
				      .weight = 1,
				      .exempt = ward_label_is_exempt(labels, object->name),
			      }));
	}
}

/* The live pods and the templates that speak for some. */
static const struct ward_pod *pod_at(const struct labels *labels, uint32_t i)
{
	const struct ward_object *object = labels->snapshot->objects.items[i];
	const struct ward_pod *pod = (const void *)object;

	return object && ward_kind_is_pod(object->kind) && !pod->finished ? pod : NULL;
}

void ward_label_subjects_collect(struct labels *labels)
{
	uint32_t n = labels->snapshot->objects.n;
	label_list list = {};
	number_list bytes = {};

	keys_collect(labels);
	for (uint32_t i = 0; i < n; i++)
		if (pod_at(labels, i))
			keys_look(labels, pod_at(labels, i)->labels);
	for (uint32_t i = 0; i < n; i++)
		if (pod_at(labels, i))
			pod_add(labels, pod_at(labels, i), &list, &bytes);
	namespaces_add(labels);
	ward_vec_done(&list);
	ward_vec_done(&bytes);
}

/* Which selectors hold for each, and so which groups it is in. */
void ward_label_subjects_match(struct labels *labels)
{
	number_list matches = {};

	labels->matched = ward_arena_new_n(&labels->arena, uint32_t, labels->scopes.list.n);
	for (uint32_t s = 0; s < labels->subjects.n; s++) {
		struct label_subject *subject = &labels->subjects.items[s];

		if (!subject->is_member)
			continue;
		ward_vec_clear(&matches);
		scopes_match(&labels->scopes, subject->ns->labels, subject->labels, &matches);
		for (uint32_t i = 0; i < matches.n; i++) {
			const number_list *of = &labels->groups_of.items[matches.items[i]];

			labels->matched[matches.items[i]] += subject->n;
			if (subject->exempt)
				ward_bits_add(&labels->matched_exempt, matches.items[i]);
			for (uint32_t g = 0; g < of->n; g++)
				ward_vec_push(&subject->groups, of->items[g]);
		}
		subject->groups.n = ward_symbols_sort(subject->groups.items, subject->groups.n);
	}
	ward_vec_done(&matches);
}
