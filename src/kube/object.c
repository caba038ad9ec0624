/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/object.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

static const char *const kind_names[] = {
	[WARD_KIND_NAMESPACE] = "Namespace",
	[WARD_KIND_NODE] = "Node",
	[WARD_KIND_POD] = "Pod",
	[WARD_KIND_DEPLOYMENT] = "Deployment",
	[WARD_KIND_STATEFULSET] = "StatefulSet",
	[WARD_KIND_DAEMONSET] = "DaemonSet",
	[WARD_KIND_REPLICASET] = "ReplicaSet",
	[WARD_KIND_JOB] = "Job",
	[WARD_KIND_CRONJOB] = "CronJob",
	[WARD_KIND_REPLICATIONCONTROLLER] = "ReplicationController",
	[WARD_KIND_SERVICE] = "Service",
	[WARD_KIND_NETWORKPOLICY] = "NetworkPolicy",
	[WARD_KIND_GROUPPOLICY] = "GroupPolicy",
	[WARD_KIND_CLUSTERNETWORKPOLICY] = "ClusterNetworkPolicy",
	[WARD_KIND_ADMINNETWORKPOLICY] = "AdminNetworkPolicy",
	[WARD_KIND_BASELINEADMINNETWORKPOLICY] = "BaselineAdminNetworkPolicy",
	[WARD_KIND_USERGROUP] = "UserGroup",
	[WARD_KIND_LABELSTANDARD] = "LabelStandard",
	[WARD_KIND_POLICYTEST] = "PolicyTest",
};
static_assert(WARD_ARRAY_SIZE(kind_names) == WARD_N_KIND, "one name per kind");

const char *ward_kind_str(enum ward_kind kind)
{
	return kind_names[kind];
}

enum ward_kind ward_kind_parse(const char *name)
{
	for (int kind = 0; kind < WARD_N_KIND; kind++)
		if (strcmp(kind_names[kind], name) == 0)
			return kind;
	return WARD_N_KIND;
}

ward_sym ward_labels_get(struct ward_labels labels, ward_sym key)
{
	uint32_t low = 0, high = labels.n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (labels.items[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low < labels.n && labels.items[low].key == key ? labels.items[low].value : WARD_NONE;
}
