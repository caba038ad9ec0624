/* SPDX-License-Identifier: Apache-2.0 */
/* Everyone there can be, as far as policies of the small alphabet can tell: every pod in every
 * namespace (each value, another one, absence; with and without each port name at each port; in
 * each piece of the addresses), every node, all outsiders. */
#pragma once

#include "engine/engine.h"
#include "kube/pod.h"
#include "oracle/judges.h"
#include "oracle/small.h"

enum {
	OLD,
	NEW,
	N_SETS
};

/* What the policies of a run speak of, so that nothing is made for what nobody asks. */
struct spoken {
	bool pod_key[SMALL_POD_KEYS], name[SMALL_NAMES], environment, nodes, blocks;
};

struct run {
	struct ward_symbols symbols;
	struct rng rng;
	struct world sets[N_SETS]; /* the policies */
	ward_sym given[N_SETS];	   /* env label of namespace x, which is given; NONE: absent */
	bool has_given;
	const struct ward_namespace *given_y; /* namespace y, if it is given too; or NULL */
	struct spoken spoken;
	struct world everyone; /* namespaces, nodes, pods */
	uint32_t n_addresses;
	bool without_addresses; /* pods have none */
};

enum {
	SMALL_SERVICES = 13,
	SMALL_PIECES = 5
};

struct small_service {
	enum ward_proto proto;
	uint16_t port;
};

extern const struct small_service small_services[SMALL_SERVICES];
extern const struct ward_ip small_pieces[SMALL_PIECES];

#define run_new_n(run, type, n) ward_arena_new_n(&(run)->everyone.arena, type, n)

ward_sym run_sym(struct run *run, const char *text);

/* Sorted. */
struct ward_labels everyone_labels(struct ward_label *labels, uint32_t n);

/* Notes what these policies speak of; before anyone is made. */
void everyone_speak(struct run *run, const struct ward_tables *tables);

/* All pods of a namespace, two of each; all other namespaces with their pods; all nodes. */
void everyone_add_pods(struct run *run, ward_sym ns);
void everyone_add_namespaces(struct run *run);
void everyone_add_nodes(struct run *run);

/* Namespace x as it is given on that side. */
struct ward_namespace *everyone_given(struct run *run, int set);
