/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of which everything changes with the version, in a way that a look-up can be checked.
 *
 * In version v every decision is tag(v), and which pods exist follows from v too: so a look-up
 * that mixes two versions, at one end or between both, gives itself away.  Numbers keep their
 * meaning, and a commit says what it changed: all addresses, shapes and pods; but for now and then
 * one that says that all is new. */
#pragma once

#include "base/alloc.h"
#include "image/image.h"
#include "image/verdict.h"

enum {
	PODS = 60,
	IDENTITIES = 100,
	TAGS = 50,
	FIRST = 0x0a000000,
	ALL_NEW = 16, /* versions until it is said again */
};

static const struct ward_geometry changing_geometry = {12, 30, 512};

static inline uint32_t tag(uint64_t version)
{
	return 2 + version % TAGS;
}

static inline bool exists(uint64_t version, uint32_t pod)
{
	return (version * 7 + pod * 13) % 5 != 0;
}

static inline bool accepts(uint32_t decision)
{
	return decision % 3 != 0;
}

/* Every pod has an address of either family. */
static inline struct ward_ip ip_of(uint32_t pod, enum ward_family family)
{
	return (struct ward_ip){family == WARD_FAMILY_4 ? 0 : pod, FIRST + pod, family};
}

static inline bool is_right(uint64_t version, uint32_t from, uint32_t to,
			    const struct ward_image_verdict *verdict)
{
	uint32_t egress = exists(version, from) ? tag(version) : WARD_NOT_JUDGED;
	uint32_t ingress = exists(version, to) ? tag(version) : WARD_NOT_JUDGED;
	bool judged = exists(version, from) || exists(version, to);

	return verdict->decision[WARD_EGRESS] == egress &&
	       verdict->decision[WARD_INGRESS] == ingress &&
	       verdict->accept == (!judged || accepts(tag(version)));
}

struct changing_tables {
	struct ward_endpoint endpoints[PODS];
	struct ward_address addresses[2 * PODS];
	uint32_t identity[IDENTITIES], numbers[2 * PODS];
	struct ward_decision decisions[TAGS + 2];
	struct ward_port_map maps[TAGS + 2];
	struct ward_row rows[TAGS + 2];
	struct ward_tables tables;
};

/* The row of a tag says it, and nothing else. */
static inline void changing_rules(struct changing_tables *all)
{
	for (uint32_t i = 0; i < TAGS + 2; i++) {
		all->decisions[i].accept = accepts(i);
		all->maps[i].other = all->maps[i].rest = i;
		all->rows[i].rest = i;
	}
}

static inline void changing_pods(struct changing_tables *all, uint64_t version)
{
	for (uint32_t i = 0; i < PODS; i++)
		all->endpoints[i] = (struct ward_endpoint){
			.managed = true,
			.row = {tag(version), tag(version)},
		};
	for (uint32_t i = 0; i < 2 * PODS; i++) {
		uint32_t pod = i % PODS;
		enum ward_family family = i < PODS ? WARD_FAMILY_4 : WARD_FAMILY_6;

		all->numbers[i] = i;
		all->addresses[i] = (struct ward_address){
			.shape = pod * version % IDENTITIES,
			.endpoint = exists(version, pod) ? pod : WARD_NONE,
			.node = WARD_NONE,
		};
		if (exists(version, pod))
			all->addresses[i].ip = ip_of(pod, family);
	}
}

static inline int changing_commit(struct ward_image_writer *writer, uint64_t version,
				  const uint32_t *ifindex)
{
	static const struct ward_prefix prefixes[] = {{{.family = WARD_FAMILY_4}, 0},
						      {{.family = WARD_FAMILY_6}, 0}};
	struct changing_tables all = {.tables = {
					      .version = version,
					      .endpoints = all.endpoints,
					      .n_endpoints = PODS,
					      .addresses = all.addresses,
					      .n_addresses = 2 * PODS,
					      .n_prefixes = 2,
					      .prefixes = prefixes,
					      .n_shapes = IDENTITIES,
					      .shape_identity = all.identity,
					      .n_identities = IDENTITIES,
					      .n_rows = TAGS + 2,
					      .rows = all.rows,
					      .n_port_maps = TAGS + 2,
					      .port_maps = all.maps,
					      .n_decisions = TAGS + 2,
					      .decisions = all.decisions,
				      }};
	struct ward_delta all_new = {.everything = true, .prefixes = true};
	struct ward_delta delta = {
		.n_endpoints = PODS,
		.endpoints = all.numbers,
		.n_addresses = 2 * PODS,
		.addresses = all.numbers,
		.n_shapes = IDENTITIES,
		.shapes = all.numbers,
		.n_identities_before = IDENTITIES,
		.n_rows_before = TAGS + 2,
		.n_decisions_before = TAGS + 2,
	};

	changing_rules(&all);
	changing_pods(&all, version);
	for (uint32_t i = 0; i < IDENTITIES; i++)
		all.identity[i] = (i + version) % IDENTITIES;
	return ward_image_commit(writer, &all.tables, version % ALL_NEW ? &delta : &all_new,
				 ifindex);
}
