/* SPDX-License-Identifier: Apache-2.0 */
/* Port maps: what an ordered list of matched rules says to each protocol and port. */
#pragma once

#include "base/vec.h"
#include "engine/inventory.h"
#include "engine/tables.h"

/* A rule whose peers matched, with the decision it makes. */
struct matched_rule {
	const struct ward_policy *policy;
	const struct ward_rule *rule;
	uint32_t decision;
};

struct port_map_spec {
	const struct matched_rule *rules; /* in the order of evaluation */
	uint32_t n_rules;
	const struct named_port *ports; /* of the destination pod: what names mean (A9.4) */
	uint32_t n_ports;
	bool isolated; /* the NetworkPolicy tier is final (B9.5) */
};

/* Builds it in @arena. */
struct ward_port_map port_map_build(struct ward_arena *arena, const struct port_map_spec *spec);
