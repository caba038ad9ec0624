/* SPDX-License-Identifier: Apache-2.0 */
/* The lab as its process holds it: objects, nodes, pods, and the engine that judges them all.
 *
 * The process itself lives in the fabric, a namespace of its own that routes between the nodes; it
 * left the machine's network in its first step and never goes back.  A node hangs below the fabric
 * exactly as a pod hangs below its node: see wire.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "agent/agent.h"
#include "analysis/groups.h"
#include "base/vec.h"
#include "kube/pod.h"
#include "kube/snapshot.h"
#include "lab/lab.h"
#include "net/netlink.h"
#include "net/pollset.h"

struct lab;

enum {
	LAB_NODES_MAX = 64,
	LAB_PODS_PER_NODE = 250,
	LAB_REPLICAS_MAX = 3,
	LAB_UPLINK = 2,	  /* ifindex of eth0 in a pod, and in a node */
	LAB_TUNNEL = 3,	  /* of the tunnel to other nodes */
	LAB_BRIDGE = 4,	  /* of the bridge of pods */
	LAB_FAMILIES = 2, /* IPv4, and IPv6 where the kernel has it */
};

struct lab_node {
	struct lab *lab;
	uint32_t index;
	ward_sym name;
	struct ward_ip ip[LAB_FAMILIES];
	struct ward_cidr range[LAB_FAMILIES]; /* of its pods' addresses */
	int ns;
	struct ward_netlink *netlink;
	struct ward_agent *agent;   /* NULL: nothing is judged here */
	struct ward_source *source; /* of a guarded bridge */
	bool rang;		    /* there are events to fetch */
	bool taken[LAB_PODS_PER_NODE];
};

/* A socket that answers on a declared port. */
struct lab_server {
	const struct lab_pod *pod;
	enum ward_proto proto;
	uint16_t port;
	int fd;		     /* -1: it does not */
	const char *skipped; /* because; static */
};

struct lab_pod {
	bool concerned;	     /* by the change that is being made */
	struct ward_pod pod; /* as the engines are told; texts and arrays in the world's arena */
	struct lab_node *node;
	char *id;			 /* "shop/web-0" */
	uint32_t slot;			 /* number on its node; of host-network pods unused */
	struct ward_ip ip[LAB_FAMILIES]; /* pod.ips */
	int ns;				 /* its own, or its node's */
	WARD_VEC(struct lab_server *) servers;
};

struct lab {
	char *name;
	bool enforce;
	enum ward_lab_network network;
	uint32_t room;	     /* for neighbours at bridges */
	uint32_t n_families; /* of every node's and every pod's addresses */
	uv_loop_t loop;
	struct ward_symbols *symbols;
	struct ward_diags diags; /* of the world; nobody reads them */
	struct ward_snapshot world;
	struct ward_engine *judge; /* of all pods, apart from the nodes' engines */
	struct ward_groups groups;
	struct ward_netlink *fabric;
	struct lab_pod *outside; /* the world, in no list of pods; see outside.h */
	uint32_t n_nodes;
	struct lab_node *nodes;
	WARD_VEC(struct lab_pod *) pods; /* sorted by id */
	struct ward_intern finished;	 /* {ns, name} of pods that have come to their end */
	struct ward_pollset serving, watching;
	WARD_VEC(struct lab_server *) spare;
	bool settling; /* a thread is at it, or was; "settled" says which */
	uv_sem_t settled;
	struct lab_guests *guests;
	enum ward_lab_proxy proxy;
	struct lab_services *services;
	struct lab_control *control;
	struct lab_flows *flows;
	struct lab_closes *closes; /* NULL: nobody wanted to know yet */
	struct lab_observer *observers;
};

/* place.c: which pods there must be, and where. */

/* Names the nodes: the input's Node objects, the nodes its pods name, and then node-1, node-2, … up
 * to @n_nodes (0: 2).  -E2BIG with @ret_why when they are too many. */
int lab_nodes_plan(struct lab *lab, const struct ward_snapshot *input, uint32_t n_nodes,
		   char **ret_why);

struct lab_pods {
	WARD_VEC(struct lab_pod *) list;
};

static inline void lab_pods_done(struct lab_pods *pods)
{
	ward_vec_done(&pods->list);
}

/* What has to happen to the pods so that they are what the input says. */
struct lab_plan {
	struct lab_pods fresh;	 /* new, in the lab's list, without a namespace yet */
	struct lab_pods changed; /* to take on what the input says: */
	WARD_VEC(const struct ward_pod *) changed_to;
	struct lab_pods same;  /* there, and as the input says */
	struct lab_pods stale; /* of a workload that has fewer pods now */
};

/* Adds to the plan the pods that a pod or workload of the input stands for.  -ENOSPC with @ret_why
 * when its node is full: then the plan is to be undone. */
int lab_plan_add(struct lab *lab, struct lab_plan *plan, const struct ward_pod *from,
		 char **ret_why);
void lab_plan_undo(struct lab *lab, struct lab_plan *plan);
void lab_plan_done(struct lab_plan *plan);

bool lab_labels_are_equal(struct ward_labels a, struct ward_labels b);

/* Takes on labels, ports and service account. */
void lab_pod_change(struct lab *lab, struct lab_pod *pod, const struct ward_pod *to);

/* Is it a pod of this workload (or this pod)? */
bool lab_pod_is_of(const struct lab_pod *pod, const struct ward_object *object);

/* Takes it out of the lab's list; its memory stays. */
void lab_pod_unlist(struct lab *lab, struct lab_pod *pod);

struct lab_pod *lab_pod_find(const struct lab *lab, ward_sym ns, ward_sym name);
struct lab_pod *lab_pod_at(const struct lab *lab, struct ward_ip ip);
struct lab_pod *lab_pod_free(struct lab_pod *pod);

/* wire.c: namespaces and what connects them. */
int lab_fabric_open(struct lab *lab);
int lab_outside_wire(struct lab *lab);
int lab_node_open(struct lab_node *node, char **ret_why);
void lab_node_close(struct lab_node *node);
int lab_pods_wire(struct lab *lab, const struct lab_pods *pods, char **ret_why);
void lab_pod_unwire(struct lab_pod *pod);
uint32_t lab_pod_ifindex(const struct lab_pod *pod); /* on its node; 0 on the host network */

/* serve.c: what answers. */
int lab_serving_open(struct lab *lab);
void lab_pod_serve(struct lab *lab, struct lab_pod *pod);
void lab_pod_silence(struct lab *lab, struct lab_pod *pod);
int lab_proto_number(enum ward_proto proto); /* IPPROTO_* */

/* guest.c: what connections to them are told.  Takes @fd. */
int lab_guests_open(struct lab *lab);
void lab_guest_take(struct lab *lab, int fd, const char *name);

/* world.c: objects and judgement. */
int lab_open(struct lab *lab, const struct ward_snapshot *input, uint32_t n_nodes, char **ret_why);
void lab_put(struct lab *lab, struct ward_object *object);
bool lab_remove(struct lab *lab, enum ward_kind kind, ward_sym ns, ward_sym name);
void lab_pod_put(struct lab *lab, struct lab_pod *pod);
void lab_pod_remove(struct lab *lab, struct lab_pod *pod);

/* Carries a plan out, but for the commit. */
int lab_plan_make(struct lab *lab, const struct lab_plan *plan, char **ret_why);

/* Every node judges by what was put, then the judge does.  0, or the first error; @ret_ns is when
 * the last node had switched (CLOCK_MONOTONIC; may be NULL). */
int lab_commit(struct lab *lab, uint64_t *ret_ns);

/* settle.c: a kernel takes a commit at once when nobody reads the version before the last any more.
 * To know that takes milliseconds: a thread waits for it, and the next commit for the thread. */
void lab_settle_begin(struct lab *lab);
void lab_settle_wait(struct lab *lab);

/* The address that a node speaks to a pod from: to those of other nodes that of its tunnel, if any.
 */
struct ward_ip lab_node_source(const struct lab_node *node, const struct lab_pod *to,
			       uint32_t family);

/* Would the engine let this through, over a family?  @port is ignored for WARD_OTHER. */
bool lab_judge(const struct lab *lab, const struct lab_pod *from, const struct lab_pod *to,
	       uint32_t family, enum ward_proto proto, uint16_t port);

/* The same where one of the two is the world, at the address @outside. */
bool lab_judge_outside(const struct lab *lab, const struct lab_pod *from, const struct lab_pod *to,
		       struct ward_ip outside, enum ward_proto proto, uint16_t port);

/* The names of the groups that a pod is in, each once, at most @max; returns how many. */
uint32_t lab_pod_groups(const struct lab *lab, const struct lab_pod *pod, ward_sym *groups,
			uint32_t max);

/* "frontend, web": the caller frees. */
char *lab_pod_groups_str(const struct lab *lab, const struct lab_pod *pod);

uint64_t lab_now_ns(void);
