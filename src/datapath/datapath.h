/* SPDX-License-Identifier: Apache-2.0 */
/* One node's kernel: the BPF program, the image it reads, the flow events it sends.
 *
 * Opening attaches to a network namespace; from then on every packet that passes it is judged, and
 * until the first commit the judgement is: nothing to or from a pod.  Where enforcement is pinned
 * it goes on when the process ends, however it does, with the last version that was committed; then
 * that stays in force until the first commit of the next process takes its place. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "engine/engine.h"

struct ward_datapath;

struct ward_datapath_config {
	ward_sym node; /* its name: whose addresses are "own node" (A10.1) */
	/* Where pods get their addresses, here and elsewhere: an address in here that no commit has
	 * named is a pod not ready: dropped. */
	uint32_t n_pod_ranges;
	const struct ward_cidr *pod_ranges;
	/* Interfaces that lead out of the node: only through them comes what is neither the node's
	 * nor of a pod of it. */
	uint32_t n_uplinks;
	const uint32_t *uplinks;
	/* The UDP port of a tunnel between the nodes (VXLAN), which is taken from nodes only; 0:
	 * there is none. */
	uint16_t tunnel_port;
	uint32_t
		n_addresses; /* room for this many of each family, of the whole cluster; 0: 65536 */
	uint32_t n_heap_lines; /* and 64-byte lines for the policies of the node; 0: 65536 */
	uint64_t max_bytes;    /* of an image: it grows until here; 0: 256 MB.  A program can reach
				* 512 MB. */
	/* A folder in a BPF file system (where no name has a dot) that nobody else can write to and
	 * nothing else is in: there it is pinned.  NULL: all goes with the process. */
	const char *pins;
	bool is_lazy; /* a commit returns as soon as it has switched; see ward_datapath_settle() */
	bool report_every;  /* packet, not only the first of a flow and what is denied: for tests */
	uint32_t linger_us; /* of some packets, half way through the program: for tests */
};

/* Loads and attaches in the network namespace of the calling thread.  Returns 0, or a negative
 * errno with @ret_why (the caller frees): one sentence that says what is missing and what would
 * help. */
int ward_datapath_open(const struct ward_datapath_config *config,
		       struct ward_datapath **ret_datapath, char **ret_why);

/* What is pinned stays and goes on judging. */
struct ward_datapath *ward_datapath_close(struct ward_datapath *datapath);

/* Ends the enforcement that is pinned in this folder, in the network namespace of the calling
 * thread, and takes all of it away; no process may have it open.  0, or a negative errno with
 * @ret_why. */
int ward_datapath_remove(const char *pins, char **ret_why);

/* Can this machine do it at all?  0, or a negative errno with @ret_why. */
int ward_datapath_probe(char **ret_why);

/* The addresses of the node's interfaces, which are its own (A10.1) from the next commit on; those
 * that the tables give to somebody are not. */
void ward_datapath_own_set(struct ward_datapath *datapath, const struct ward_ip *ips, uint32_t n);

/* Publishes the engine's tables; the last store switches the whole node.  @ifindex has one entry
 * per endpoint of the tables: the node-side interface of a local pod, 0 for others.  An image that
 * is too small is replaced by a larger one.  On failure (-ENOSPC: it would have to be larger than
 * it may be) the version before stays in force, whole. */
int ward_datapath_commit(struct ward_datapath *datapath, const struct ward_engine *engine,
			 const uint32_t *ifindex);

/* For a lazy one, in the time between commits: waits until nobody reads the version before the last
 * commit, which the next commit would have to wait for.  May run in another thread than the
 * commits, not at the same time. */
int ward_datapath_settle(struct ward_datapath *datapath);

enum ward_flow_reason {
	WARD_FLOW_RULES,     /* the decisions say why */
	WARD_FLOW_SPOOFED,   /* the source is not who it claims to be */
	WARD_FLOW_NOT_READY, /* an address of the pod range without a pod */
	WARD_FLOW_MALFORMED, /* could not be parsed */
	WARD_N_FLOW_REASON,
};

#define WARD_VERSION_OF_OTHERS UINT64_MAX /* of a process before this one */

/* One event: flows that were opened, or packets that were denied, of the same ends, port and
 * decisions. */
struct ward_flow_event {
	uint64_t time_ns; /* CLOCK_MONOTONIC; of the last */
	uint64_t count;	  /* so many */
	uint64_t version; /* ward_tables.version that judged it; 0 before the first commit,
			   * WARD_VERSION_OF_OTHERS by what a process before this had committed */
	struct ward_ip src, dst;
	uint16_t sport, dport; /* of the flow, not of a reply packet; 0 for WARD_OTHER; the former
				* is that of one of them */
	uint8_t protocol;      /* IP protocol number */
	bool accept;
	enum ward_flow_reason reason;
	uint32_t decision[WARD_N_DIRECTION]; /* WARD_NONE: that side was not judged here */
};

typedef void (*ward_flow_fn)(void *userdata, const struct ward_flow_event *event);

/* Readable when there are events; poll calls @fn for each, and returns how many.  What happens
 * again within a second is no event, but counted by the kernel: a sweep calls @fn for what is
 * counted and not told.  It costs nothing when there is nothing. */
int ward_datapath_events_fd(const struct ward_datapath *datapath);
int ward_datapath_events_poll(struct ward_datapath *datapath, ward_flow_fn fn, void *userdata);
int ward_datapath_events_sweep(struct ward_datapath *datapath, ward_flow_fn fn, void *userdata);

/* What was decided about packets of one pod of this node: how many, how many bytes, counted by the
 * kernel without an event for any. */
struct ward_tally {
	struct ward_ip ip; /* of the pod */
	enum ward_direction direction;
	uint32_t decision;
	uint64_t numbering;	       /* of the decision; see ward_datapath_numbering() */
	uint64_t packets[2], bytes[2]; /* of who opened the flow, of replies */
};

typedef void (*ward_tally_fn)(void *userdata, const struct ward_tally *tally);

/* Calls @fn for all that has become more since the last call. */
void ward_datapath_tallies(struct ward_datapath *datapath, ward_tally_fn fn, void *userdata);

/* Which numbering of decisions packets are judged by now. */
uint64_t ward_datapath_numbering(const struct ward_datapath *datapath);

/* A commit may begin another numbering: then this reads the tallies of those before to their end,
 * for which it waits as ward_datapath_settle() does, and forgets them.  0 or a negative errno. */
int ward_datapath_tallies_turn(struct ward_datapath *datapath, ward_tally_fn fn, void *userdata);

struct ward_datapath_counters {
	uint64_t accepted, denied, spoofed, not_ready, malformed;
	uint64_t events_lost; /* flows opened and packets denied that no event will tell */
	uint64_t untallied;   /* packets that found no room in the tallies */
};
void ward_datapath_counters(const struct ward_datapath *datapath,
			    struct ward_datapath_counters *ret_counters);

/* What is in force, and how full it is. */
struct ward_datapath_status {
	uint32_t generation;
	uint32_t n_grown; /* images of this process that were made because one was full */
	int error;	  /* of the last commit, negative: the version before is in force; else 0 */
	uint64_t image_bytes, max_bytes;	 /* 0 bytes: it is of a process before this */
	uint32_t heap_used, heap;		 /* lines */
	uint32_t addresses[2], addresses_max[2]; /* IPv4, IPv6 */
};
void ward_datapath_status(const struct ward_datapath *datapath,
			  struct ward_datapath_status *ret_status);
