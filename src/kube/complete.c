/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said only when everything has been read.
 *
 * Owners: a pod of a ReplicaSet of a Deployment is a pod of the Deployment.  When the ReplicaSet is
 * not in the input, its name is still the Deployment's with the hash that the pod carries as a
 * label.  Workloads in between (the ReplicaSet, the Job of a CronJob) say nothing that the workload
 * above them does not, and workloads whose pods are here say less than the pods: both go. */
#include <stdio.h>
#include <string.h>

#include "kube/clusternetworkpolicy.h"
#include "kube/decode.h"
#include "kube/pod.h"

static struct ward_pod *pod_at(const struct ward_snapshot *snapshot, uint32_t i)
{
	struct ward_object *object = snapshot->objects.items[i];

	return object && ward_kind_is_pod(object->kind) ? (struct ward_pod *)object : NULL;
}

static struct ward_pod *owner_of(const struct ward_snapshot *snapshot, const struct ward_pod *pod)
{
	return (struct ward_pod *)ward_snapshot_find(snapshot, pod->owner_kind, pod->object.ns,
						     pod->owner);
}

static bool has_owner(const struct ward_pod *pod)
{
	return pod->owner_kind != pod->object.kind || pod->owner != pod->object.name;
}

/* "web-5d9c8" without "-5d9c8", when that is the pod's template hash. */
static void owner_unhash(const struct ward_snapshot *snapshot, struct ward_pod *pod)
{
	ward_sym key = ward_symbol_find(snapshot->symbols, "pod-template-hash");
	ward_sym value = key == WARD_NONE ? WARD_NONE : ward_labels_get(pod->labels, key);
	const char *hash = ward_symbol_str(snapshot->symbols, value);
	const char *name = ward_symbol_str(snapshot->symbols, pod->owner);
	size_t len = strlen(name), hash_len = strlen(hash);

	if (!hash_len || len < hash_len + 2 || name[len - hash_len - 1] != '-' ||
	    strcmp(name + len - hash_len, hash) != 0)
		return;
	pod->owner_kind = WARD_KIND_DEPLOYMENT;
	pod->owner = ward_symbol_n(snapshot->symbols, name, len - hash_len - 1);
}

/* At most two steps up: pod, ReplicaSet or Job, Deployment or CronJob. */
static void owner_resolve(const struct ward_snapshot *snapshot, struct ward_pod *pod)
{
	const struct ward_pod *owner = has_owner(pod) ? owner_of(snapshot, pod) : NULL;

	if (pod->object.kind == WARD_KIND_POD)
		pod->made_from = owner;
	if (owner && owner != pod && has_owner(owner)) {
		pod->owner_kind = owner->owner_kind;
		pod->owner = owner->owner;
	} else if (!owner && pod->owner_kind == WARD_KIND_REPLICASET && has_owner(pod)) {
		owner_unhash(snapshot, pod);
		if (pod->object.kind == WARD_KIND_POD)
			pod->made_from = owner_of(snapshot, pod);
	}
}

struct key {
	uint32_t kind;
	ward_sym ns, name;
};

static struct key key_of_owner(const struct ward_pod *pod)
{
	return (struct key){pod->owner_kind, pod->object.ns, pod->owner};
}

/* Resolves all owners and notes in @live the workloads that have pods here. */
static void owners_resolve(const struct ward_snapshot *snapshot, struct ward_intern *live)
{
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		struct ward_pod *pod = pod_at(snapshot, i);
		struct key key;

		if (!pod)
			continue;
		owner_resolve(snapshot, pod);
		key = key_of_owner(pod);
		if (pod->object.kind == WARD_KIND_POD && !pod->finished)
			ward_intern(live, &key, sizeof(key));
	}
}

/* Is it spoken for by its pods or by the workload above?  An old revision scaled to nothing stands
 * for no pod at all. */
static bool is_covered(const struct ward_snapshot *snapshot, const struct ward_intern *live,
		       const struct ward_pod *workload)
{
	struct key key = key_of_owner(workload);

	if (ward_intern_find(live, &key, sizeof(key)) != WARD_NONE)
		return true;
	return has_owner(workload) && (!workload->replicas || owner_of(snapshot, workload));
}

static void workloads_fold(struct ward_snapshot *snapshot, const struct ward_intern *live)
{
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		struct ward_pod *pod = pod_at(snapshot, i);

		if (pod && pod->object.kind != WARD_KIND_POD && is_covered(snapshot, live, pod))
			snapshot->objects.items[i] = NULL;
	}
}

static void namespace_imply(struct ward_snapshot *snapshot, const struct ward_object *object)
{
	char text[80];

	if (object->ns == WARD_NONE ||
	    ward_snapshot_find(snapshot, WARD_KIND_NAMESPACE, WARD_NONE, object->ns))
		return;
	snprintf(text, sizeof(text), "Namespace %.63s",
		 ward_symbol_str(snapshot->symbols, object->ns));
	ward_diag(snapshot->diags, WARD_NOTE, "implied-namespace", object->mark, text,
		  "add the Namespace if selectors or environments look at its labels",
		  "not in the input; taken to exist with kubernetes.io/metadata.name as its only "
		  "label");
	ward_snapshot_add(snapshot, ward_namespace_implied(snapshot, object->ns, object->mark));
}

static void tie_report(const struct ward_snapshot *snapshot,
		       const struct ward_clusternetworkpolicy *first,
		       const struct ward_clusternetworkpolicy *second)
{
	const struct ward_object *a = &first->object, *b = &second->object;
	char text[384];

	snprintf(text, sizeof(text), "%s %.253s", ward_kind_str(b->kind),
		 ward_symbol_str(snapshot->symbols, b->name));
	ward_diag(snapshot->diags, WARD_WARNING, "tied-priority", b->mark, text,
		  "give each policy of a tier a priority of its own; here the newer API goes "
		  "first, then the name",
		  "has priority %u, as %s %.253s of the same tier; which of them goes first is "
		  "not defined",
		  second->priority, ward_kind_str(a->kind),
		  ward_symbol_str(snapshot->symbols, a->name));
}

/* B8.15, B9.8: each one that has the place of an earlier one. */
static void ties_report(const struct ward_snapshot *snapshot)
{
	_cleanup_(ward_intern_done) struct ward_intern places = {};
	WARD_VEC(const struct ward_clusternetworkpolicy *) first = {};

	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];
		const struct ward_clusternetworkpolicy *policy = (const void *)object;
		uint32_t place[2], id;

		if (!object || !ward_kind_is_cluster_policy(object->kind))
			continue;
		place[0] = policy->tier;
		place[1] = policy->priority;
		id = ward_intern(&places, place, sizeof(place));
		if (id == first.n)
			ward_vec_push(&first, policy);
		else
			tie_report(snapshot, first.items[id], policy);
	}
	ward_vec_done(&first);
}

static void address_report(const struct ward_snapshot *snapshot, const struct ward_pod *pod,
			   const struct ward_pod *other, struct ward_ip ip)
{
	char object[384], address[WARD_IP_TEXT];

	snprintf(object, sizeof(object), "Pod %.63s/%.253s",
		 ward_symbol_str(snapshot->symbols, pod->object.ns),
		 ward_symbol_str(snapshot->symbols, pod->object.name));
	ward_diag(snapshot->diags, WARD_WARNING, "duplicate-address", pod->object.mark, object,
		  "it counts for the pod that started last; read a state of the cluster that was "
		  "taken at one moment",
		  "has the address %s, as Pod %.63s/%.253s has", ward_ip_str(ip, address),
		  ward_symbol_str(snapshot->symbols, other->object.ns),
		  ward_symbol_str(snapshot->symbols, other->object.name));
}

/* A12.5: each live pod that has an address of an earlier one. */
static void addresses_report(const struct ward_snapshot *snapshot)
{
	_cleanup_(ward_intern_done) struct ward_intern addresses = {};
	WARD_VEC(const struct ward_pod *) first = {};

	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_pod *pod = pod_at(snapshot, i);

		if (!pod || pod->host_network || pod->finished)
			continue;
		for (uint32_t k = 0; k < pod->n_ips; k++) {
			uint64_t key[] = {pod->ips[k].family, pod->ips[k].hi, pod->ips[k].lo};
			uint32_t id = ward_intern(&addresses, key, sizeof(key));

			if (id == first.n)
				ward_vec_push(&first, pod);
			else if (first.items[id] != pod)
				address_report(snapshot, pod, first.items[id], pod->ips[k]);
		}
	}
	ward_vec_done(&first);
}

void ward_snapshot_complete(struct ward_snapshot *snapshot)
{
	_cleanup_(ward_intern_done) struct ward_intern live = {};
	uint32_t n = snapshot->objects.n;

	owners_resolve(snapshot, &live);
	workloads_fold(snapshot, &live);
	for (uint32_t i = 0; i < n; i++)
		if (snapshot->objects.items[i])
			namespace_imply(snapshot, snapshot->objects.items[i]);
	ties_report(snapshot);
	addresses_report(snapshot);
}
