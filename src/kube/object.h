/* SPDX-License-Identifier: Apache-2.0 */
/* What every Kubernetes object that Ward reads begins with.
 *
 * Typed objects are plain data in somebody's arena; whoever keeps something of them longer copies
 * it.  The first member of each is a struct ward_object. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/mark.h"
#include "base/symbol.h"

enum ward_kind {
	WARD_KIND_NAMESPACE,
	WARD_KIND_NODE,
	WARD_KIND_POD,
	WARD_KIND_DEPLOYMENT, /* the workloads: struct ward_pod, made from the template */
	WARD_KIND_STATEFULSET,
	WARD_KIND_DAEMONSET,
	WARD_KIND_REPLICASET,
	WARD_KIND_JOB,
	WARD_KIND_CRONJOB,
	WARD_KIND_REPLICATIONCONTROLLER,
	WARD_KIND_SERVICE,
	WARD_KIND_NETWORKPOLICY,
	WARD_KIND_GROUPPOLICY,
	WARD_KIND_CLUSTERNETWORKPOLICY,
	WARD_KIND_ADMINNETWORKPOLICY,
	WARD_KIND_BASELINEADMINNETWORKPOLICY,
	WARD_KIND_USERGROUP,
	WARD_KIND_LABELSTANDARD,
	WARD_KIND_POLICYTEST,
	WARD_N_KIND,
};

struct ward_object {
	enum ward_kind kind;
	ward_sym ns; /* WARD_NONE for cluster-scoped objects */
	ward_sym name;
	struct ward_mark mark; /* of the document's first line of content */
};

/* "Deployment". */
const char *ward_kind_str(enum ward_kind kind);

/* The kind of a name as written in an object, or WARD_N_KIND. */
enum ward_kind ward_kind_parse(const char *name);

/* Pod, or one of the workload kinds. */
static inline bool ward_kind_is_pod(enum ward_kind kind)
{
	return kind >= WARD_KIND_POD && kind <= WARD_KIND_REPLICATIONCONTROLLER;
}

/* The three of struct ward_clusternetworkpolicy. */
static inline bool ward_kind_is_cluster_policy(enum ward_kind kind)
{
	return kind >= WARD_KIND_CLUSTERNETWORKPOLICY &&
	       kind <= WARD_KIND_BASELINEADMINNETWORKPOLICY;
}

static inline bool ward_kind_is_policy(enum ward_kind kind)
{
	return kind == WARD_KIND_NETWORKPOLICY || kind == WARD_KIND_GROUPPOLICY ||
	       ward_kind_is_cluster_policy(kind);
}

static inline bool ward_kind_is_namespaced(enum ward_kind kind)
{
	return kind != WARD_KIND_NAMESPACE && kind != WARD_KIND_NODE &&
	       kind != WARD_KIND_GROUPPOLICY && kind != WARD_KIND_USERGROUP &&
	       kind != WARD_KIND_LABELSTANDARD && kind != WARD_KIND_POLICYTEST &&
	       !ward_kind_is_cluster_policy(kind);
}

/* Label sets are sorted by key symbol, each key once. */
struct ward_label {
	ward_sym key, value;
};

struct ward_labels {
	uint32_t n;
	const struct ward_label *items;
};

/* The value of @key, or WARD_NONE. */
ward_sym ward_labels_get(struct ward_labels labels, ward_sym key);
