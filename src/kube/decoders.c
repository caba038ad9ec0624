/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds that kube/ reads, and those that it must not pass over in silence because a policy
 * would be missing from the answer. */
#include "kube/decode.h"

/* Removed from Kubernetes in 1.16; its empty lists did not mean what those of v1 mean. */
static struct ward_object *gone_decode(struct ward_decode *decode, const struct ward_node *root)
{
	struct ward_decoding in;
	struct ward_object object;

	ward_decoding_begin(&in, decode, root, WARD_KIND_NETWORKPOLICY, &object);
	ward_field_error(&in.root, "old-version", "write apiVersion: networking.k8s.io/v1",
			 "extensions/v1beta1 NetworkPolicy is gone since Kubernetes 1.16");
	return NULL;
}

const struct ward_decoder ward_kube_decoders[] = {
	{"v1", "Pod", ward_pod_decode},
	{"apps/", "ReplicaSet", ward_pod_decode},
	{"apps/", "Deployment", ward_pod_decode},
	{"apps/", "StatefulSet", ward_pod_decode},
	{"apps/", "DaemonSet", ward_pod_decode},
	{"batch/", "Job", ward_pod_decode},
	{"batch/", "CronJob", ward_pod_decode},
	{"v1", "ReplicationController", ward_pod_decode},
	{"v1", "Namespace", ward_namespace_decode},
	{"v1", "Node", ward_node_decode},
	{"v1", "Service", ward_service_decode},
	{"networking.k8s.io/v1", "NetworkPolicy", ward_networkpolicy_decode},
	{"extensions/", "NetworkPolicy", gone_decode},
	{"extensions/", "Deployment", ward_pod_decode},
	{"extensions/", "DaemonSet", ward_pod_decode},
	{"extensions/", "ReplicaSet", ward_pod_decode},
	{"policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy",
	 ward_clusternetworkpolicy_decode},
	{"policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", ward_adminnetworkpolicy_decode},
	{"policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy",
	 ward_baselineadminnetworkpolicy_decode},
	{"cilium.io/", "CiliumNetworkPolicy", ward_foreign_decode},
	{"cilium.io/", "CiliumClusterwideNetworkPolicy", ward_foreign_decode},
	{"crd.projectcalico.org/", "NetworkPolicy", ward_foreign_decode},
	{"crd.projectcalico.org/", "GlobalNetworkPolicy", ward_foreign_decode},
	{"projectcalico.org/", "NetworkPolicy", ward_foreign_decode},
	{"projectcalico.org/", "GlobalNetworkPolicy", ward_foreign_decode},
	{"crd.antrea.io/", "NetworkPolicy", ward_foreign_decode},
	{"crd.antrea.io/", "ClusterNetworkPolicy", ward_foreign_decode},
	{"k8s.ovn.org/", "EgressFirewall", ward_foreign_decode},
	{},
};
