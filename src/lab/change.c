/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/change.h"

#include <string.h>

#include "base/alloc.h"
#include "lab/service.h"

void lab_change_begin(struct lab_change *change, struct lab_request *request)
{
	*change = (struct lab_change){.request = request};
	for (uint32_t i = 0; i < request->lab->pods.n; i++)
		request->lab->pods.items[i]->concerned = false;
}

void lab_change_note(struct lab_change *change, const struct ward_object *object,
		     const char *action, char *details)
{
	struct lab_changed changed = {.object = *object, .action = action, .details = details};

	ward_vec_push(&change->list, changed);
}

void lab_change_unchanged(struct lab_change *change, const struct ward_object *object)
{
	lab_change_note(change, object, "unchanged", NULL);
}

bool lab_changed_nothing(const struct lab_changed *changed)
{
	return strcmp(changed->action, "unchanged") == 0 || strcmp(changed->action, "missing") == 0;
}

static bool row_is_of(const struct ward_tables *tables, uint32_t row,
		      const struct ward_object *policy)
{
	for (uint32_t i = 0; row != WARD_NONE && i < tables->rows[row].n_policies; i++) {
		const struct ward_object *origin =
			&tables->policies[tables->rows[row].policies[i]]->origin;

		if (origin->kind == policy->kind && origin->ns == policy->ns &&
		    origin->name == policy->name)
			return true;
	}
	return false;
}

void lab_change_concerns(struct lab_change *change, const struct ward_object *policy)
{
	const struct lab *lab = change->request->lab;
	const struct ward_tables *tables = ward_engine_tables(lab->judge);

	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &tables->endpoints[i];
		struct lab_pod *pod = lab_pod_find(lab, endpoint->object.ns, endpoint->object.name);

		if (pod && (row_is_of(tables, endpoint->row[WARD_INGRESS], policy) ||
			    row_is_of(tables, endpoint->row[WARD_EGRESS], policy)))
			pod->concerned = true;
	}
}

void lab_change_put(struct lab_change *change, struct ward_object *object)
{
	struct lab *lab = change->request->lab;
	bool known = ward_snapshot_find(&lab->world, object->kind, object->ns, object->name);

	if (known)
		lab_change_concerns(change, object);
	lab_put(lab, object);
	lab_change_note(change, object, known ? "configured" : "created", NULL);
}

static bool pods_remove(struct lab_change *change, const struct ward_object *object)
{
	struct lab *lab = change->request->lab;
	bool any = false;

	for (uint32_t i = lab->pods.n; i > 0; i--) {
		struct lab_pod *pod = lab->pods.items[i - 1];

		if (!lab_pod_is_of(pod, object))
			continue;
		lab_pod_remove(lab, pod);
		lab_change_note(change, &pod->pod.object, "deleted", NULL);
		ward_vec_push(&change->orphans.list, pod);
		any = true;
	}
	return any;
}

static bool object_remove(struct lab_change *change, const struct ward_object *object)
{
	lab_change_concerns(change, object);
	if (!lab_remove(change->request->lab, object->kind, object->ns, object->name))
		return false;
	lab_change_note(change, object, "deleted", NULL);
	return true;
}

static void contents_remove(struct lab_change *change, ward_sym ns)
{
	struct ward_snapshot *world = &change->request->lab->world;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object && object->ns == ns)
			lab_change_remove(change, object);
	}
}

bool lab_change_remove(struct lab_change *change, const struct ward_object *object)
{
	struct ward_object copy = *object; /* of something that is about to go */

	if (ward_kind_is_pod(copy.kind))
		return pods_remove(change, &copy);
	if (copy.kind == WARD_KIND_NODE)
		return false;
	if (copy.kind == WARD_KIND_NAMESPACE)
		contents_remove(change, copy.name);
	return object_remove(change, &copy);
}

static void change_done(struct lab_change *change)
{
	struct lab *lab = change->request->lab;

	for (uint32_t i = 0; i < change->list.n; i++)
		free(change->list.items[i].details);
	ward_vec_done(&change->list);
	for (uint32_t i = 0; i < change->orphans.list.n; i++) {
		lab_pod_silence(lab, change->orphans.list.items[i]);
		lab_pod_unwire(change->orphans.list.items[i]);
		lab_pod_free(change->orphans.list.items[i]);
	}
	ward_vec_done(&change->orphans.list);
}

static void change_answer(struct lab_request *request, int committed, int made, int translated,
			  const char *why, int code)
{
	if (made < 0)
		lab_answer_error(request, "the new pods cannot be made: %s", strerror(-made));
	else if (committed < 0)
		lab_answer_error(request,
				 "a node's kernel did not take the change (%s); it goes "
				 "on judging by what was before",
				 strerror(-committed));
	else if (translated < 0)
		lab_answer_error(request,
				 "%s; policies are in force, Services are as they were before",
				 why ? why : strerror(-translated));
	else
		lab_answer_done(request, code);
}

void lab_change_end(struct lab_change *change)
{
	struct lab_request *request = change->request;
	int made = change->error, code = change->n_missing ? WARD_LAB_MISSING : 0;
	int committed = lab_commit(request->lab, &change->switched_ns);
	_cleanup_free_ char *why = NULL;
	int translated = lab_services_follow(request->lab, &why); /* before pods are forgotten */

	for (uint32_t i = 0; i < change->list.n; i++)
		if (!lab_changed_nothing(&change->list.items[i]))
			lab_change_concerns(change, &change->list.items[i].object);
	if (committed == 0 && made == 0 && translated == 0) {
		lab_answer_text(request);
		lab_print_change(change, request->format, &request->text);
	}
	change_done(change);
	change_answer(request, committed, made, translated, why, code);
}
