/* SPDX-License-Identifier: Apache-2.0 */
/* Pods are told by a namespace and a label of theirs together: who may write labels in a namespace
 * of his own is not thereby an ingress controller. */
#include "group/exemptions.h"

const struct ward_exemption_def ward_exemptions[WARD_N_EXEMPTION] = {
	[WARD_EXEMPT_DNS] =
		{
			.name = "dns",
			.summary = "names are looked up at the cluster's DNS (CoreDNS, kube-dns)",
			.direction = WARD_EGRESS,
			.namespaces = {"kube-system"},
			.key = "k8s-app",
			.values = {"kube-dns"},
			.n_ports = 2,
			.ports = {{WARD_UDP, 53, 53}, {WARD_TCP, 53, 53}},
		},
	[WARD_EXEMPT_INGRESS_CONTROLLERS] =
		{
			.name = "ingress-controllers",
			.summary =
				"ingress controllers and gateways connect to the pods behind them",
			.direction = WARD_INGRESS,
			.namespaces = {"contour", "envoy-gateway-system", "haproxy-controller",
				       "ingress-nginx", "istio-ingress", "kong", "projectcontour",
				       "traefik"},
			.key = "app.kubernetes.io/name",
			.values = {"contour", "envoy", "gateway", "haproxy-ingress",
				   "ingress-nginx", "istio-ingressgateway", "kong",
				   "kubernetes-ingress", "traefik"},
			.n_ports = 1,
			.ports = {{WARD_TCP, 1, 65535}},
		},
	[WARD_EXEMPT_MONITORING] =
		{
			.name = "monitoring",
			.summary = "metrics are scraped by the collectors of the monitoring "
				   "namespaces",
			.direction = WARD_INGRESS,
			.namespaces = {"grafana-agent", "monitoring", "observability", "prometheus",
				       "victoria-metrics"},
			.key = "app.kubernetes.io/name",
			.values = {"alloy", "grafana-agent", "opentelemetry-collector",
				   "prometheus", "vmagent"},
			.n_ports = 1,
			.ports = {{WARD_TCP, 1, 65535}},
		},
	[WARD_EXEMPT_APISERVER_WEBHOOKS] =
		{
			.name = "apiserver-webhooks",
			.summary = "API servers on control-plane nodes call the webhooks of pods",
			.direction = WARD_INGRESS,
			.nodes = "node-role.kubernetes.io/control-plane",
			.n_ports = 1,
			.ports = {{WARD_TCP, 1, 65535}},
		},
};
