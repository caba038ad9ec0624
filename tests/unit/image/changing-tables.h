/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of which everything changes with the version, in a way that a look-up can be checked.
 *
 * In version v every decision is tag(v), and which pods exist follows from v too: so a look-up
 * that mixes two versions, at one end or between both, gives itself away. */
#pragma once

#include "base/alloc.h"
#include "image/image.h"
#include "image/verdict.h"

enum {
	PODS = 60,
	IDENTITIES = 100,
	TAGS = 50,
	FIRST = 0x0a000000,
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

static inline int changing_commit(struct ward_image_writer *writer, uint64_t version,
				  const uint32_t *ifindex)
{
	struct ward_endpoint endpoints[PODS];
	struct ward_address addresses[2 * PODS];
	uint32_t identity[IDENTITIES], n = 0;
	struct ward_decision decisions[TAGS + 2];
	const struct ward_port_map maps[] = {{.other = tag(version), .rest = tag(version)}};
	const struct ward_row rows[] = {{.rest = 0}};
	static const struct ward_prefix prefixes[] = {{{.family = WARD_FAMILY_4}, 0},
						      {{.family = WARD_FAMILY_6}, 0}};
	struct ward_tables tables = {
		.version = version,
		.endpoints = endpoints,
		.n_endpoints = PODS,
		.addresses = addresses,
		.n_prefixes = 2,
		.prefixes = prefixes,
		.n_shapes = IDENTITIES,
		.shape_identity = identity,
		.n_identities = IDENTITIES,
		.n_rows = 1,
		.rows = rows,
		.n_port_maps = 1,
		.port_maps = maps,
		.n_decisions = TAGS + 2,
		.decisions = decisions,
	};

	for (uint32_t i = 0; i < TAGS + 2; i++)
		decisions[i] = (struct ward_decision){.accept = accepts(i)};
	for (uint32_t i = 0; i < IDENTITIES; i++)
		identity[i] = (i + version) % IDENTITIES;
	for (uint32_t i = 0; i < PODS; i++)
		endpoints[i] = (struct ward_endpoint){.managed = true};
	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++)
		for (uint32_t i = 0; i < PODS; i++)
			if (exists(version, i))
				addresses[n++] = (struct ward_address){ip_of(i, family),
								       (i * version) % IDENTITIES,
								       i, WARD_NONE};
	tables.n_addresses = n;
	return ward_image_commit(writer, &tables, NULL, ifindex);
}
