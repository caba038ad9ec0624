/* SPDX-License-Identifier: Apache-2.0 */
/* apply and delete: the lab reads the files itself, so that every line number is that of the user's
 * file.  What is read goes into a snapshot of its own first; one mistake, and nothing is changed.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/day.h"
#include "doc/read.h"
#include "group/check.h"
#include "group/grouppolicy.h"
#include "kube/names.h"
#include "lab/change.h"
#include "lab/folder.h"

struct staging {
	struct ward_snapshot snapshot;
	struct ward_diags diags;
	struct ward_decode decode;
	struct ward_reader reader;
	uint32_t n_read; /* objects that stand in the files; the rest is implied */
};

static int document_decode(void *userdata, ward_sym file, const struct ward_node *root)
{
	static const struct ward_decoder *const tables[] = {ward_kube_decoders, ward_group_decoders,
							    NULL};
	struct staging *staging = userdata;

	staging->decode.file = file;
	ward_snapshot_decode(&staging->decode, tables, root);
	return 0;
}

/* Standard input comes as a file in memory. */
static void stdin_read(struct staging *staging, int fd)
{
	struct stat stat;
	void *bytes;

	if (fd < 0 || fstat(fd, &stat) < 0)
		return;
	bytes = stat.st_size ? mmap(NULL, stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
	if (bytes == MAP_FAILED)
		return;
	ward_read_memory(&staging->reader, "-", bytes ? bytes : "", stat.st_size);
	if (bytes)
		munmap(bytes, stat.st_size);
}

static void paths_read(struct staging *staging, const struct lab_request *request)
{
	const struct ward_node *paths = ward_node_get(request->root, "paths");
	const char *cwd = ward_node_get_str(request->root, "cwd");

	if (!paths || paths->type != WARD_NODE_LIST || !cwd || chdir(cwd) < 0)
		return;
	for (uint32_t i = 0; i < paths->len; i++) {
		const char *path = paths->items[i].text;

		if (path && strcmp(path, "-") == 0)
			stdin_read(staging, request->fd);
		else if (path)
			ward_read_path(&staging->reader, path);
	}
	if (chdir("/") < 0)
		abort();
}

static void staging_free(struct staging *staging)
{
	ward_snapshot_done(&staging->snapshot);
	ward_diags_done(&staging->diags);
	free(staging);
}

/* The objects are the world's now, and their arena stays as long as the lab. */
static void staging_keep(struct staging *staging)
{
	staging->snapshot.arena = (struct ward_arena){};
	staging_free(staging);
}

/* NULL, and the request is answered, when there are mistakes. */
static struct staging *staging_read(struct lab_request *request)
{
	struct lab *lab = request->lab;
	struct staging *staging = ward_new(struct staging);
	ward_sym ns = request->ns == WARD_NONE ? ward_symbol(lab->symbols, "default") : request->ns;

	ward_snapshot_init(&staging->snapshot, lab->symbols, &staging->diags);
	staging->snapshot.today = ward_day_today();
	staging->decode = (struct ward_decode){.snapshot = &staging->snapshot, .default_ns = ns};
	staging->reader = (struct ward_reader){.symbols = lab->symbols,
					       .diags = &staging->diags,
					       .fn = document_decode,
					       .userdata = staging};
	paths_read(staging, request);
	staging->n_read = staging->snapshot.objects.n;
	if (!ward_diags_has_errors(&staging->diags)) {
		ward_snapshot_complete(&staging->snapshot);
		ward_groups_check(&staging->snapshot, &lab->world);
	}
	lab_answer_diags(request, &staging->diags);
	if (!ward_diags_has_errors(&staging->diags))
		return staging;
	staging_free(staging);
	lab_answer_done(request, WARD_LAB_INVALID);
	return NULL;
}

/* Namespaces that files refer to without having them must not wipe the labels of those there. */
static bool is_known_namespace(const struct lab *lab, const struct ward_object *object)
{
	return object->kind == WARD_KIND_NAMESPACE &&
	       ward_snapshot_find(&lab->world, WARD_KIND_NAMESPACE, WARD_NONE, object->name);
}

static void pods_note(struct lab_change *change, const struct lab_pods *pods, const char *action)
{
	for (uint32_t i = 0; i < pods->list.n; i++) {
		lab_change_note(change, &pods->list.items[i]->pod.object, action, NULL);
		pods->list.items[i]->concerned = true;
	}
}

/* New pods that cannot be made, for want of memory or files, are taken away again. */
static void pods_give_up(struct lab_change *change, struct lab_pods *fresh)
{
	for (uint32_t i = 0; i < fresh->list.n; i++) {
		lab_pod_remove(change->request->lab, fresh->list.items[i]);
		ward_vec_push(&change->orphans.list, fresh->list.items[i]);
	}
	ward_vec_clear(&fresh->list);
}

static bool is_same_namespace(const struct lab *lab, const struct ward_object *object)
{
	const struct ward_namespace *new = (const struct ward_namespace *)object, *old;

	if (object->kind != WARD_KIND_NAMESPACE)
		return false;
	old = (const struct ward_namespace *)ward_snapshot_find(&lab->world, object->kind,
								object->ns, object->name);
	return old && lab_labels_are_equal(old->labels, new->labels);
}

static void objects_put(struct lab_change *change, const struct staging *staging)
{
	const struct lab *lab = change->request->lab;

	for (uint32_t i = 0; i < staging->snapshot.objects.n; i++) {
		struct ward_object *object = staging->snapshot.objects.items[i];

		if (!object || ward_kind_is_pod(object->kind) || object->kind == WARD_KIND_NODE ||
		    (i >= staging->n_read && is_known_namespace(lab, object)))
			continue;
		if (is_same_namespace(lab, object))
			lab_change_unchanged(change, object);
		else
			lab_change_put(change, object);
	}
}

static int pods_plan(struct lab *lab, struct lab_plan *plan, const struct staging *staging,
		     char **ret_why)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < staging->snapshot.objects.n; i++) {
		const struct ward_object *object = staging->snapshot.objects.items[i];

		if (object && ward_kind_is_pod(object->kind))
			r = lab_plan_add(lab, plan, (const struct ward_pod *)object, ret_why);
	}
	return r;
}

void lab_op_apply(struct lab_request *request)
{
	struct staging *staging = staging_read(request);
	_cleanup_(lab_plan_done) struct lab_plan plan = {};
	_cleanup_free_ char *why = NULL;
	struct lab_change change;
	int r;

	if (!staging)
		return;
	r = pods_plan(request->lab, &plan, staging, &why);
	if (r < 0) {
		lab_plan_undo(request->lab, &plan);
		staging_free(staging);
		lab_answer_error(request, "%s", why ? why : strerror(-r));
		return;
	}
	lab_change_begin(&change, request);
	objects_put(&change, staging);
	change.error = lab_plan_make(request->lab, &plan, &why);
	if (change.error)
		pods_give_up(&change, &plan.fresh);
	pods_note(&change, &plan.fresh, "created");
	pods_note(&change, &plan.changed, "configured");
	pods_note(&change, &plan.stale, "deleted");
	for (uint32_t i = 0; i < plan.same.list.n; i++)
		lab_change_unchanged(&change, &plan.same.list.items[i]->pod.object);
	for (uint32_t i = 0; i < plan.stale.list.n; i++)
		ward_vec_push(&change.orphans.list, plan.stale.list.items[i]);
	staging_keep(staging);
	lab_change_end(&change);
}

/* Of nodes, of what has come to its end and of workloads without replicas there is nothing. */
static void missing_note(struct lab_change *change, const struct ward_object *object)
{
	const struct ward_pod *pod = (const struct ward_pod *)object;

	if (object->kind == WARD_KIND_NODE ||
	    (ward_kind_is_pod(object->kind) && (pod->finished || !pod->replicas)))
		return;
	lab_change_note(change, object, "missing", ward_strdup("not in this lab"));
	change->n_missing++;
}

static void delete_files(struct lab_request *request)
{
	struct staging *staging = staging_read(request);
	struct lab_change change;

	if (!staging)
		return;
	lab_change_begin(&change, request);
	for (uint32_t i = 0; i < staging->n_read; i++) {
		const struct ward_object *object = staging->snapshot.objects.items[i];

		if (object && !lab_change_remove(&change, object))
			missing_note(&change, object);
	}
	lab_change_end(&change);
	staging_free(staging);
}

/* As kubectl writes kinds: any case, plural, or short. */
static enum ward_kind kind_parse(const char *text)
{
	static const struct {
		enum ward_kind kind;
		const char *shorts[3];
	} kinds[] = {
		{WARD_KIND_NAMESPACE, {"ns"}},
		{WARD_KIND_POD, {"po"}},
		{WARD_KIND_DEPLOYMENT, {"deploy"}},
		{WARD_KIND_STATEFULSET, {"sts"}},
		{WARD_KIND_DAEMONSET, {"ds"}},
		{WARD_KIND_REPLICASET, {"rs"}},
		{WARD_KIND_CRONJOB, {"cj"}},
		{WARD_KIND_REPLICATIONCONTROLLER, {"rc"}},
		{WARD_KIND_SERVICE, {"svc"}},
		{WARD_KIND_NETWORKPOLICY, {"netpol", "np", "networkpolicies"}},
		{WARD_KIND_GROUPPOLICY, {"ugp", "gp", "grouppolicies"}},
		{WARD_KIND_CLUSTERNETWORKPOLICY, {"cnp", "clusternetworkpolicies"}},
		{WARD_KIND_ADMINNETWORKPOLICY, {"anp", "adminnetworkpolicies"}},
		{WARD_KIND_BASELINEADMINNETWORKPOLICY, {"banp", "baselineadminnetworkpolicies"}},
	};

	for (int kind = 0; kind < WARD_N_KIND; kind++) {
		const char *name = ward_kind_str(kind);
		size_t len = strlen(name);

		if (strncasecmp(text, name, len) == 0 &&
		    (!text[len] || strcasecmp(text + len, "s") == 0))
			return kind;
	}
	for (size_t i = 0; i < WARD_ARRAY_SIZE(kinds); i++)
		for (int k = 0; k < 3 && kinds[i].shorts[k]; k++)
			if (strcasecmp(text, kinds[i].shorts[k]) == 0)
				return kinds[i].kind;
	return WARD_N_KIND;
}

static bool is_wanted(const struct lab_request *request, const struct ward_object *object,
		      enum ward_kind kind, ward_sym ns, ward_sym name)
{
	return object && object->kind == kind && object->name == name &&
	       (ns == WARD_NONE || object->ns == WARD_NONE || object->ns == ns);
}

/* NAME or NS/NAME; a workload exists by its pods. */
static uint32_t object_find(const struct lab_request *request, enum ward_kind kind,
			    const char *text, struct ward_object *ret_object)
{
	const struct lab *lab = request->lab;
	const char *slash = strchr(text, '/');
	_cleanup_free_ char *prefix = slash ? strndup(text, slash - text) : NULL;
	ward_sym ns = slash ? ward_symbol_find(lab->symbols, prefix) : request->ns;
	ward_sym name = ward_symbol_find(lab->symbols, slash ? slash + 1 : text);
	uint32_t n = 0;

	for (uint32_t i = 0; i < lab->world.objects.n; i++) {
		const struct ward_object *object = lab->world.objects.items[i];
		struct ward_object owner;

		if (object && object->kind == WARD_KIND_POD && kind != WARD_KIND_POD) {
			const struct ward_pod *pod = (const struct ward_pod *)object;

			owner = (struct ward_object){pod->owner_kind, object->ns, pod->owner, {}};
			object = &owner;
		}
		if (!is_wanted(request, object, kind, ns, name))
			continue;
		if (n && ret_object->ns == object->ns)
			continue;
		*ret_object = *object;
		n++;
	}
	return n;
}

static void delete_name(struct lab_request *request, const char *kind_text, const char *name)
{
	_cleanup_free_ char *option = lab_option(request->lab->name);
	enum ward_kind kind = kind_parse(kind_text);
	struct ward_object object;
	struct lab_change change;
	uint32_t n;

	if (kind == WARD_N_KIND || kind == WARD_KIND_NODE) {
		lab_answer_error(
			request,
			"%s is nothing that can be deleted from a lab: it is a kind of pod, "
			"workload or policy, such as pod, deployment, networkpolicy, "
			"grouppolicy, or a namespace",
			kind_text);
		return;
	}
	n = object_find(request, kind, name, &object);
	if (n > 1)
		lab_answer_error(request, "%s %s is in more than one namespace: say NAMESPACE/%s",
				 ward_kind_str(kind), name, name);
	if (n == 0)
		lab_answer_error(request,
				 "no %s %s in this lab; `ward lab status%s` lists what there is",
				 ward_kind_str(kind), name, option);
	if (n != 1)
		return;
	lab_change_begin(&change, request);
	lab_change_remove(&change, &object);
	lab_change_end(&change);
}

void lab_op_delete(struct lab_request *request)
{
	const char *kind = ward_node_get_str(request->root, "kind");
	const char *name = ward_node_get_str(request->root, "name");

	if (kind && name)
		delete_name(request, kind, name);
	else
		delete_files(request);
}
