/* SPDX-License-Identifier: Apache-2.0 */
/* NetworkPolicy v1, typed, defaulted (A2) and validated (A3). */
#pragma once

#include "base/ip.h"
#include "base/proto.h"
#include "kube/selector.h"

struct ward_np_port {
	struct ward_mark mark;
	enum ward_proto proto; /* TCP when absent (A2.1) */
	ward_sym name;	       /* a named port, or WARD_NONE */
	uint16_t low, high;    /* numbers: low..high; 0..65535 when port is absent (A6.7) */
	bool is_empty;	       /* written {} (A6.6) */
};

struct ward_np_except {
	struct ward_cidr cidr;
	struct ward_mark mark;
};

/* Exactly the members that were present (A6.8–A6.17): block, or one or both selectors. */
struct ward_np_peer {
	struct ward_mark mark;
	bool has_pods, has_namespaces, has_block;
	bool block_is_nothing; /* WARD_CIDR_NOTHING (A8.6) */
	struct ward_selector pods, namespaces;
	struct ward_cidr block;
	uint32_t n_excepts;
	const struct ward_np_except *excepts;
};

struct ward_np_rule {
	struct ward_mark mark;
	uint32_t n_ports; /* 0: any protocol, any port (A6.5) */
	const struct ward_np_port *ports;
	uint32_t n_peers; /* 0: anyone (A6.4) */
	const struct ward_np_peer *peers;
};

struct ward_networkpolicy {
	struct ward_object object;
	struct ward_mark spec_mark;
	struct ward_selector pods;
	bool isolates[WARD_N_DIRECTION]; /* policyTypes, defaulted (A2.2) */
	bool types_implied;		 /* policyTypes is absent or empty */
	uint32_t n_rules[WARD_N_DIRECTION];
	const struct ward_np_rule
		*rules[WARD_N_DIRECTION]; /* also of directions not isolated (A2.4) */
};
