/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, nodes, pods and workloads, Services. */
#pragma once

#include "base/ip.h"
#include "base/proto.h"
#include "kube/selector.h"

struct ward_namespace {
	struct ward_object object;
	struct ward_labels labels; /* with kubernetes.io/metadata.name injected (A4.7) */
	bool implied;		   /* only referred to: what labels it has is not known (A4.9) */
};

struct ward_node_object {
	struct ward_object object;
	struct ward_labels labels;
	uint32_t n_ips;
	const struct ward_ip *ips; /* every parseable one of status.addresses (E26) */
};

/* A declared container port of regular and sidecar containers (A9.9). */
struct ward_container_port {
	ward_sym name; /* WARD_NONE when it has none */
	enum ward_proto proto;
	uint16_t number;
};

/* A pod, or what a workload's template would make of one. */
struct ward_pod {
	struct ward_object object;
	enum ward_kind owner_kind; /* the resolved workload; equals object.kind when it has none */
	ward_sym owner;		   /* its name */
	/* Of a live pod: the workload in the input whose template it was made from, or NULL.  It
	 * lives as long as the snapshot, and is in it no more. */
	const struct ward_pod *made_from;
	uint32_t replicas; /* of a workload; 1 for a pod */
	struct ward_labels labels;
	ward_sym service_account; /* "default" when absent */
	ward_sym node;		  /* spec.nodeName, or WARD_NONE */
	bool host_network;
	int64_t started; /* status.startTime, else creationTimestamp, in seconds; 0: not known */
	bool finished;	 /* phase Succeeded or Failed (A12.4) */
	uint32_t n_ips;
	const struct ward_ip *ips; /* status.podIPs, else podIP (A13.4) */
	uint32_t n_ports;
	const struct ward_container_port *ports; /* sorted (name, proto, number), each once */
};

struct ward_service_port {
	ward_sym name;
	enum ward_proto proto;
	uint16_t port;
	ward_sym target_name;	/* named targetPort, or WARD_NONE */
	uint16_t target_number; /* else this; defaults to port */
	uint16_t node_port;	/* 0: not said, or none */
};

struct ward_service {
	struct ward_object object;
	ward_sym type; /* "ClusterIP", … */
	bool has_selector;
	bool headless;	    /* clusterIP: None; its name leads to the pods themselves */
	bool by_nodes;	    /* NodePort, LoadBalancer: nodes take connections from outside for it */
	bool keeps_source;  /* externalTrafficPolicy: Local: they pass on who the client is (A11.4)
			     */
	bool keeps_to_node; /* internalTrafficPolicy: Local: pods are sent to their own node's */
	bool prefers_dual;  /* ipFamilyPolicy: one address of each family, where there are two */
	uint32_t n_families;
	enum ward_family families[2]; /* ipFamilies: the first is the one that it has at least */
	struct ward_selector selector;
	uint32_t n_ips;
	const struct ward_ip *ips; /* clusterIPs; none when headless */
	uint32_t n_ports;
	const struct ward_service_port *ports;
};
