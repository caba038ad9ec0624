/* SPDX-License-Identifier: Apache-2.0 */
/* One node's enforcement: objects go in, its kernel judges by them, flows come out.
 *
 * engine ─► datapath ─► packets
 *    └─ legend ◄── events ─► flow records with names */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "datapath/datapath.h"
#include "flow/flow.h"
#include "flow/usage.h"
#include "kube/snapshot.h"
#include "net/conntrack.h"

struct ward_agent;

struct ward_agent_config {
	struct ward_symbols *symbols;
	ward_sym node;
	uint32_t n_pod_ranges; /* of the cluster: an address in here that nobody has is closed */
	const struct ward_cidr *pod_ranges;
	uint32_t n_uplinks; /* interfaces that lead out of the node */
	const uint32_t *uplinks;
	uint16_t tunnel_port; /* UDP, of a tunnel between the nodes; 0: there is none */
	const char *pins;     /* a folder in a BPF file system: there enforcement goes on when the
			       * process ends; NULL: it ends too */
};

/* Attaches in the network namespace of the calling thread; until the first commit nothing passes
 * to or from a pod.  Returns 0, or a negative errno with @ret_why as ward_datapath_open(). */
int ward_agent_open(const struct ward_agent_config *config, struct ward_agent **ret_agent,
		    char **ret_why);
struct ward_agent *ward_agent_close(struct ward_agent *agent); /* accepts NULL */

/* Adds or replaces an object of any kind, or removes one, as ward_put() and ward_remove(): @world
 * is what there is then.  Takes effect at the next commit, as does the next. */
void ward_agent_put(struct ward_agent *agent, const struct ward_snapshot *world,
		    const struct ward_object *object);
bool ward_agent_remove(struct ward_agent *agent, const struct ward_snapshot *world,
		       enum ward_kind kind, ward_sym ns, ward_sym name);

/* The node-side interface of a local pod; 0: it has none any more. */
void ward_agent_wire(struct ward_agent *agent, ward_sym ns, ward_sym name, uint32_t ifindex);

/* When it returns, the node judges by all of it, and takes for its own the addresses that its
 * interfaces had when the kernel last told of a change: see ward_address_watch_changed().  0, or a
 * negative errno: then it goes on judging by what was before. */
int ward_agent_commit(struct ward_agent *agent);

/* Waits for what the next commit would have to wait for; see ward_datapath_settle(). */
int ward_agent_settle(struct ward_agent *agent);

/* Its engine: the tables are those of the last commit that was tried. */
const struct ward_engine *ward_agent_engine(const struct ward_agent *agent);

typedef void (*ward_agent_flow_fn)(void *userdata, struct ward_flow *flow);

/* Who is told of flows; groups are not filled in.  Called from poll, sweep and commit. */
void ward_agent_on_flow(struct ward_agent *agent, ward_agent_flow_fn fn, void *userdata);
int ward_agent_events_fd(const struct ward_agent *agent);
int ward_agent_poll(struct ward_agent *agent);

/* Tells what the kernel has counted instead of telling it, because it repeated what was told within
 * the last second; how many, or a negative errno. */
int ward_agent_sweep(struct ward_agent *agent);

typedef void (*ward_agent_usage_fn)(void *userdata, const struct ward_usage *usage);

/* Who is told how much more has become of what.  Called from usage_read, and from a commit that
 * takes a pod away or numbers decisions anew; with the userdata of on_flow. */
void ward_agent_on_usage(struct ward_agent *agent, ward_agent_usage_fn fn);
void ward_agent_usage_read(struct ward_agent *agent);

void ward_agent_counters(const struct ward_agent *agent,
			 struct ward_datapath_counters *ret_counters);

/* What is in force on the node, and how full it is. */
struct ward_agent_status {
	struct ward_datapath_status datapath;
	struct ward_conntrack_usage connections; /* 0 of 0: the kernel does not say */
};
void ward_agent_status(const struct ward_agent *agent, struct ward_agent_status *ret_status);
