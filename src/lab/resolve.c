/* SPDX-License-Identifier: Apache-2.0 */
/* From what a person types to pods: as everywhere (analysis/who.h), but pods and workloads only;
 * and to the networks of nodes and of the world. */
#include <string.h>

#include "analysis/who.h"
#include "base/alloc.h"
#include "kube/names.h"
#include "lab/control.h"
#include "lab/folder.h"

static int pod_cmp(const void *a, const void *b)
{
	return strcmp((*(struct lab_pod *const *)a)->id, (*(struct lab_pod *const *)b)->id);
}

static void members_take(const struct lab *lab, const struct ward_who *who, struct lab_pods *pods)
{
	const struct ward_tables *tables = ward_engine_tables(lab->judge);

	for (uint32_t i = 0; i < who->members.n; i++) {
		uint32_t endpoint = who->members.items[i].endpoint;
		const struct ward_object *object =
			endpoint == WARD_NONE ? NULL : &tables->endpoints[endpoint].object;
		struct lab_pod *pod = object ? lab_pod_find(lab, object->ns, object->name) : NULL;

		if (pod)
			ward_vec_push(&pods->list, pod);
	}
	if (pods->list.n)
		qsort(pods->list.items, pods->list.n, sizeof(*pods->list.items), pod_cmp);
}

uint32_t lab_resolve(struct lab_request *request, const char *text, struct lab_pods *ret_pods)
{
	const struct lab *lab = request->lab;
	_cleanup_free_ char *option = lab_option(lab->name), *why = NULL;
	struct ward_who who;
	bool is_pods;

	*ret_pods = (struct lab_pods){};
	if (ward_who_find(lab->judge, &lab->world, request->ns, text, &who, &why) < 0) {
		if (strstr(why, "did you mean"))
			lab_answer_error(request, "%s", why);
		else
			lab_answer_error(request, "%s; `ward lab status%s` lists who there is", why,
					 option);
		return 0;
	}
	is_pods = who.kind == WARD_WHO_PODS;
	if (is_pods)
		members_take(lab, &who, ret_pods);
	ward_who_done(&who);
	if (!is_pods || !ret_pods->list.n)
		lab_answer_error(request, "%s is no pod or workload, and one is needed here", text);
	return ret_pods->list.n;
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

static int node_network(struct lab_request *request, const char *name, const char **ret_name)
{
	const struct lab *lab = request->lab;
	struct ward_nearest near = {.word = name};

	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		*ret_name = ward_symbol_str(lab->symbols, lab->nodes[i].name);
		if (strcmp(*ret_name, name) == 0)
			return lab->nodes[i].ns;
		ward_nearest_offer(&near, *ret_name);
	}
	if (near.best)
		lab_answer_error(request, "no node %s; did you mean node:%s?", name, near.best);
	else
		lab_answer_error(request, "no node %s in this lab", name);
	return -1;
}

int lab_resolve_network(struct lab_request *request, const char *text, const char **ret_name)
{
	static const char node[] = "node:";
	const struct lab_pod *pod = request->lab->outside;

	if (strncmp(text, node, sizeof(node) - 1) == 0)
		return node_network(request, text + sizeof(node) - 1, ret_name);
	if (strcmp(text, "world") != 0)
		pod = lab_resolve_one(request, text);
	if (pod)
		*ret_name = pod->id;
	return pod ? pod->ns : -1;
}
