/* SPDX-License-Identifier: Apache-2.0 */
/* From what a person types to pods (interfaces.md 2): a pod or a workload, with its namespace or,
 * where that is clear, without. */
#include <string.h>

#include "lab/control.h"
#include "lab/folder.h"

struct wanted {
	ward_sym ns;   /* or WARD_NONE: any */
	ward_sym name; /* never seen: WARD_NONE */
};

static struct wanted wanted_parse(const struct lab_request *request, const char *text)
{
	const struct ward_symbols *symbols = request->lab->symbols;
	const char *slash = strchr(text, '/');
	char ns[256];

	if (!slash)
		return (struct wanted){request->ns, ward_symbol_find(symbols, text)};
	snprintf(ns, sizeof(ns), "%.*s", (int)(slash - text), text);
	return (struct wanted){ward_symbol_find(symbols, ns), ward_symbol_find(symbols, slash + 1)};
}

static bool in_namespace(const struct wanted *wanted, const struct lab_pod *pod, bool any)
{
	return any || pod->pod.object.ns == wanted->ns;
}

/* Pods of that name; if there are none, pods of workloads of that name. */
static void pods_match(const struct lab *lab, const struct wanted *wanted, bool any,
		       struct lab_pods *pods)
{
	for (uint32_t i = 0; i < lab->pods.n; i++) {
		struct lab_pod *pod = lab->pods.items[i];

		if (in_namespace(wanted, pod, any) && pod->pod.object.name == wanted->name)
			ward_vec_push(&pods->list, pod);
	}
	for (uint32_t i = 0; i < lab->pods.n && !pods->list.n; i++) {
		const struct lab_pod *first = lab->pods.items[i];

		if (!in_namespace(wanted, first, any) || first->pod.owner != wanted->name)
			continue;
		for (uint32_t k = i; k < lab->pods.n; k++) {
			struct lab_pod *pod = lab->pods.items[k];

			if (in_namespace(wanted, pod, any) && pod->pod.owner == wanted->name)
				ward_vec_push(&pods->list, pod);
		}
	}
}

/* Are they one pod, or the pods of one workload? */
static bool is_one_thing(const struct lab_pods *pods)
{
	const struct ward_pod *first = &pods->list.items[0]->pod;

	for (uint32_t i = 1; i < pods->list.n; i++) {
		const struct ward_pod *pod = &pods->list.items[i]->pod;

		if (pod->object.ns != first->object.ns || pod->owner != first->owner ||
		    pod->owner_kind != first->owner_kind)
			return false;
	}
	return true;
}

/* How much of the shorter text is the other's beginning: enough to sort candidates by. */
static uint32_t likeness(const char *id, const char *text)
{
	const char *name = strchr(id, '/');
	uint32_t n = 0;

	if (!strchr(text, '/'))
		id = name ? name + 1 : id;
	while (id[n] && id[n] == text[n])
		n++;
	return n;
}

static const struct lab_pod *nearest(const struct lab *lab, const char *text)
{
	const struct lab_pod *best = NULL;

	for (uint32_t i = 0; i < lab->pods.n; i++)
		if (!best || likeness(lab->pods.items[i]->id, text) > likeness(best->id, text))
			best = lab->pods.items[i];
	return best;
}

static void complain(struct lab_request *request, const char *text, const struct lab_pods *pods)
{
	_cleanup_free_ char *option = lab_option(request->lab->name);
	const struct lab_pod *near = nearest(request->lab, text);

	if (pods->list.n)
		lab_answer_error(request, "%s is more than one: %s, %s%s; say which", text,
				 pods->list.items[0]->id, pods->list.items[1]->id,
				 pods->list.n > 2 ? ", …" : "");
	else if (near && likeness(near->id, text))
		lab_answer_error(request, "no pod or workload %s in this lab; did you mean %s?",
				 text, near->id);
	else
		lab_answer_error(
			request,
			"no pod or workload %s in this lab; `ward lab status%s` lists them", text,
			option);
}

uint32_t lab_resolve(struct lab_request *request, const char *text, struct lab_pods *ret_pods)
{
	struct wanted wanted = wanted_parse(request, text);
	bool any = !strchr(text, '/') && request->ns == WARD_NONE;

	*ret_pods = (struct lab_pods){};
	if (wanted.name != WARD_NONE)
		pods_match(request->lab, &wanted, any, ret_pods);
	if (ret_pods->list.n && is_one_thing(ret_pods))
		return ret_pods->list.n;
	complain(request, text, ret_pods);
	ward_vec_done(&ret_pods->list);
	return 0;
}

struct lab_pod *lab_resolve_one(struct lab_request *request, const char *text)
{
	struct lab_pods pods;
	struct lab_pod *pod = NULL;

	if (lab_resolve(request, text, &pods))
		pod = pods.list.items[0];
	ward_vec_done(&pods.list);
	return pod;
}
