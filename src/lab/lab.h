/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster on one machine: every node and every pod a network namespace, real packets between
 * them, Ward enforcing.
 *
 * A lab is one process.  It holds all namespaces by descriptors and nothing of it is in the
 * machine's own network, so that when it ends, in whatever way, everything goes with it.  On disk
 * there is /run/ward/lab/NAME with its socket, lock and log.  These functions are what commands
 * call; each talks to that process, which writes the text of the answer.
 *
 * All return 0, one of enum ward_lab_answer, or a negative errno with @ret_why (the caller frees):
 * what is wrong and what to do, one sentence. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "kube/snapshot.h"

/* Answers that are not failures of the lab. */
enum ward_lab_answer {
	WARD_LAB_MISMATCH = 1, /* probe: packets and engine disagree */
	WARD_LAB_INVALID,      /* apply, delete: the input has errors, nothing was changed */
	WARD_LAB_MISSING,      /* delete: some of it was not there */
};

#define WARD_LAB_DEFAULT "ward" /* the name of a lab that was given none */

enum ward_lab_format {
	WARD_LAB_TABLE,
	WARD_LAB_JSON,
};

/* Where an answer is written, and how. */
struct ward_lab_output {
	FILE *out;
	enum ward_lab_format format;
	bool color;
	uint32_t width; /* columns of a table; 0: 80 */
	FILE *progress; /* told what takes longer than a second; may be NULL */
};

/* Which lab, and the namespace of names that come without one (NULL: found wherever unique). */
struct ward_lab {
	const char *name;
	const char *ns;
};

/* In whose way the nodes translate the addresses of Services: kube-proxy's modes. */
enum ward_lab_proxy {
	WARD_LAB_NFTABLES,
	WARD_LAB_IPTABLES,
};

/* What connects the pods. */
enum ward_lab_network {
	WARD_LAB_ROUTED, /* a link from each pod to its node, routes between the nodes */
	WARD_LAB_VXLAN,	 /* the same, but from node to node packets are wrapped into others */
	WARD_LAB_BRIDGE, /* a bridge on each node that its pods share, routes between the nodes */
	WARD_LAB_N_NETWORK,
};

/* "routed", "vxlan", "bridge" */
const char *ward_lab_network_str(enum ward_lab_network network);

struct ward_lab_config {
	uint32_t n_nodes; /* 0: 2; the nodes that the input names come first, and all do */
	bool no_enforce;  /* bare namespaces and servers: nothing is judged */
	enum ward_lab_network network;
	enum ward_lab_proxy proxy;
};

/* Makes the lab of a complete snapshot; returns when every server listens and every node enforces.
 * Addresses in the input's statuses are not used: the lab gives its own.  Pods are spread over the
 * nodes in turn unless they name one; a workload gets its replicas, at most three. */
int ward_lab_up(const struct ward_lab *lab, const struct ward_lab_config *config,
		const struct ward_snapshot *snapshot, const struct ward_lab_output *output,
		char **ret_why);

/* Ends the lab, or clears away what a killed one left; returns when nothing of it exists. */
int ward_lab_down(const struct ward_lab *lab, char **ret_why);

/* The labs there are: "up", or "dead" when only a folder is left. */
int ward_lab_list(const struct ward_lab_output *output, char **ret_why);

int ward_lab_status(const struct ward_lab *lab, const struct ward_lab_output *output,
		    char **ret_why);

/* @paths as in -f; the files are read by the lab.  Mistakes in them go to @diags, whose marks use
 * @symbols; then nothing is changed. */
struct ward_lab_files {
	const char *const *paths;
	uint32_t n_paths;
	struct ward_symbols *symbols;
	struct ward_diags *diags;
};

/* What changed, which pods it concerns, and how long it took until every node's kernel judged by
 * it, goes to the output. */
int ward_lab_apply(const struct ward_lab *lab, const struct ward_lab_files *files,
		   const struct ward_lab_output *output, char **ret_why);
int ward_lab_delete_files(const struct ward_lab *lab, const struct ward_lab_files *files,
			  const struct ward_lab_output *output, char **ret_why);

/* @kind as kubectl writes it ("pod", "netpol", "networkpolicies", "GroupPolicy", …). */
int ward_lab_delete(const struct ward_lab *lab, const char *kind, const char *name,
		    const struct ward_lab_output *output, char **ret_why);

/* @target: a pod, a workload (its pods), or "namespace/NAME"; @changes: "key=value" sets, "key-"
 * takes away. */
int ward_lab_label(const struct ward_lab *lab, const char *target, const char *const *changes,
		   uint32_t n_changes, const struct ward_lab_output *output, char **ret_why);

/* Becomes the command @argv (ended by NULL) in the pod; returns only when that is not possible. */
int ward_lab_exec(const struct ward_lab *lab, const char *pod, char *const *argv, char **ret_why);

/* Every ordered pair of pods, every port that the destination declares, and ICMP; each compared
 * with the engine.  0 or WARD_LAB_MISMATCH. */
int ward_lab_probe(const struct ward_lab *lab, const struct ward_lab_output *output,
		   char **ret_why);

/* What a broken-into container sees: every port of every other pod, tried from @pod. */
int ward_lab_scan(const struct ward_lab *lab, const char *pod, const struct ward_lab_output *output,
		  char **ret_why);

struct ward_lab_filter {
	const char *verdict; /* "allowed", "denied", "staged" (would change); NULL: all */
	const char *from,
		*to;	   /* a pod as everywhere, a namespace "NS/", or an address; NULL: any */
	const char *group; /* that one end is in; NULL: any */
	int64_t since_us;  /* since 1970; 0: ever */
	uint32_t last;	   /* begin with so many of the past; at most what the lab remembers */
	bool follow;	   /* go on until interrupted or the lab ends */
	bool closed;	   /* flows that end too, with packets and bytes */
	bool counters;	   /* packets and bytes by pod and rule, instead of flows */
	bool summary;	   /* who was denied most, instead of each flow */
};

/* Flows with the rule that decided each, one a line.  Flows that are alike may be one. */
int ward_lab_observe(const struct ward_lab *lab, const struct ward_lab_filter *filter,
		     const struct ward_lab_output *output, char **ret_why);
