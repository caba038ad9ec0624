/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/wanted.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "kube/names.h"

enum {
	GROUPS_OF_POD = 64,
};

static int namespace_find(struct lab_wanted *wanted, const struct lab *lab, const char *text,
			  char **ret_why)
{
	_cleanup_free_ char *name = strndup(text, strlen(text) - 1);
	struct ward_nearest near = {.word = name};

	wanted->kind = LAB_WANT_NAMESPACE;
	wanted->name = ward_symbol_find(lab->symbols, name);
	for (uint32_t i = 0; i < lab->world.objects.n; i++) {
		const struct ward_object *object = lab->world.objects.items[i];

		if (!object || object->kind != WARD_KIND_NAMESPACE)
			continue;
		if (object->name == wanted->name)
			return 0;
		ward_nearest_offer(&near, ward_symbol_str(lab->symbols, object->name));
	}
	*ret_why = near.best ? ward_format("no namespace %s; did you mean %s/?", name, near.best)
			     : ward_format("no namespace %s in this lab", name);
	return -ENOENT;
}

static void members_take(struct lab_wanted *wanted, const struct lab *lab,
			 const struct ward_who *who)
{
	const struct ward_tables *tables = ward_engine_tables(lab->judge);

	wanted->kind = LAB_WANT_PODS;
	for (uint32_t i = 0; i < who->members.n; i++)
		if (who->members.items[i].endpoint != WARD_NONE)
			ward_vec_push(&wanted->pods,
				      tables->endpoints[who->members.items[i].endpoint].object);
}

/* "group:NAME" and "node:NAME" are kept by name: who is in a group may change. */
static void who_take(struct lab_wanted *wanted, const struct lab *lab, const struct ward_who *who)
{
	const char *colon = strchr(who->text, ':');

	if (who->kind == WARD_WHO_WORLD) {
		wanted->kind = LAB_WANT_WORLD;
	} else if (who->kind == WARD_WHO_ADDRESS || who->kind == WARD_WHO_CIDR) {
		wanted->kind = LAB_WANT_CIDR;
		wanted->cidr = who->cidr;
	} else if ((who->kind == WARD_WHO_GROUP || who->kind == WARD_WHO_NODE) && colon &&
		   !strchr(colon, '/')) {
		wanted->kind = who->kind == WARD_WHO_GROUP ? LAB_WANT_GROUP : LAB_WANT_NODE;
		wanted->name = ward_symbol_find(lab->symbols, colon + 1);
	} else {
		members_take(wanted, lab, who);
	}
}

int lab_wanted_init(struct lab_wanted *wanted, const struct lab_request *request, const char *text,
		    char **ret_why)
{
	const struct lab *lab = request->lab;
	struct ward_who who;
	int r;

	*wanted = (struct lab_wanted){.name = WARD_NONE};
	if (!text)
		return 0;
	if (strchr(text, '/') == text + strlen(text) - 1 && text[0] != '/')
		return namespace_find(wanted, lab, text, ret_why);
	r = ward_who_find(lab->judge, &lab->world, request->ns, text, &who, ret_why);
	if (r < 0)
		return r;
	who_take(wanted, lab, &who);
	ward_who_done(&who);
	return 0;
}

void lab_wanted_done(struct lab_wanted *wanted)
{
	ward_vec_done(&wanted->pods);
}

static bool is_of_pods(const struct lab_wanted *wanted, const struct ward_flow_end *end)
{
	for (uint32_t i = 0; i < wanted->pods.n; i++)
		if (wanted->pods.items[i].ns == end->ns && wanted->pods.items[i].name == end->name)
			return true;
	return false;
}

static bool has(const ward_sym *names, uint32_t n, ward_sym name)
{
	while (n && names[n - 1] != name)
		n--;
	return n;
}

/* A flow names some of the groups of its ends; who is in more is asked again. */
static bool is_of_group(const struct lab *lab, ward_sym group, const struct ward_flow_end *end)
{
	const struct lab_pod *pod;
	ward_sym groups[GROUPS_OF_POD];

	if (has(end->groups, end->n_groups, group))
		return true;
	if (end->n_groups < WARD_FLOW_GROUPS)
		return false;
	pod = lab_pod_find(lab, end->ns, end->name);
	return pod && has(groups, lab_pod_groups(lab, pod, groups, GROUPS_OF_POD), group);
}

bool lab_wanted_is(const struct lab *lab, const struct lab_wanted *wanted,
		   const struct ward_flow_end *end)
{
	bool is_pod = end->kind == WARD_FLOW_POD;

	switch (wanted->kind) {
	case LAB_WANT_NAMESPACE:
		return is_pod && end->ns == wanted->name;
	case LAB_WANT_GROUP:
		return is_pod && is_of_group(lab, wanted->name, end);
	case LAB_WANT_NODE:
		return end->kind == WARD_FLOW_NODE && end->name == wanted->name;
	case LAB_WANT_WORLD:
		return end->kind == WARD_FLOW_EXTERNAL;
	case LAB_WANT_CIDR:
		return ward_cidr_has(wanted->cidr, end->ip);
	case LAB_WANT_PODS:
		return is_pod && is_of_pods(wanted, end);
	default:
		return true;
	}
}
