/* SPDX-License-Identifier: Apache-2.0 */
/* The city of city.h, in a cluster as large as wanted.
 *
 * What is in every version, and what in none: pod a may open port 80 of TCP and UDP to pod b; to
 * port 81 in some; nobody else may open anything to b.  b may open everything to a. */
#pragma once

#include <sys/mount.h>

#include "city.h"

#define PINS "/sys/fs/bpf/ward/test"

struct large {
	bool opens_81;
	uint32_t n_more;   /* addresses of each family, elsewhere */
	uint32_t n_shapes; /* at least 3; and as many identities */
};

static inline struct ward_address address_at(struct ward_ip ip, int place)
{
	bool is_node = place >= N_PLACES;
	bool is_pod = place == A || place == B;

	return (struct ward_address){
		.ip = ip,
		.shape = is_pod ? (uint32_t)place : 2,
		.endpoint = is_pod ? (uint32_t)place : WARD_NONE,
		.node = is_node ? 0 : WARD_NONE,
	};
}

/* Appends those of a family, ascending. */
static inline uint32_t addresses_fill(struct ward_address *addresses, int six,
				      const struct large *large)
{
	static const int before[] = {GATEWAY, A, B};
	struct ward_ip more = ip_of(six ? "fd00:2::" : "10.2.0.0");
	uint32_t n = 0;

	for (size_t i = 0; i < WARD_ARRAY_SIZE(before); i++)
		addresses[n++] = address_at(ip_of(texts[six][before[i]]), before[i]);
	for (uint32_t i = 0; i < large->n_more; i++, more.lo++)
		addresses[n++] = address_at(more, WORLD);
	addresses[n++] = address_at(ip_of(texts[six][UPLINK]), UPLINK);
	return n;
}

static inline int large_commit(struct city *city, const struct large *large)
{
	static const struct ward_decision decisions[N_D] = {
		[D_ISOLATED] = {false, WARD_NONE, 0},
		[D_OPEN] = {true, WARD_NONE, 0},
		[D_RULE_80] = {true, 0, 0},
	};
	const uint16_t last = large->opens_81 ? 81 : 80;
	const struct ward_port_span spans[] = {{WARD_TCP, 80, last, D_RULE_80},
					       {WARD_UDP, 80, last, D_RULE_80}};
	const struct ward_port_map port_maps[] = {
		{.other = D_OPEN, .rest = D_OPEN},
		{.other = D_ISOLATED, .rest = D_ISOLATED},
		{.other = D_ISOLATED, .rest = D_ISOLATED, .n = 2, .spans = spans},
	};
	static const struct ward_cell from_a = {.identity = 0, .map = 2};
	static const struct ward_row rows[] = {{.rest = 0},
					       {.rest = 1, .n_cells = 1, .cells = &from_a}};
	static const struct ward_endpoint endpoints[] = {
		[A] = {.managed = true, .node = NODE_NAME, .row = {0, 0}},
		[B] = {.managed = true, .node = NODE_NAME, .row = {[WARD_INGRESS] = 1}},
	};
	static const struct ward_node_info nodes[] = {{.name = NODE_NAME}};
	static const struct ward_prefix prefixes[] = {{{.family = WARD_FAMILY_4}, 2},
						      {{.family = WARD_FAMILY_6}, 2}};
	_cleanup_free_ struct ward_address *addresses =
		ward_new_n(struct ward_address, 2 * (large->n_more + N_ADDRESSES));
	_cleanup_free_ uint32_t *identities = ward_new_n(uint32_t, large->n_shapes);
	struct ward_tables tables = {
		.version = ++city->version,
		.n_endpoints = WARD_ARRAY_SIZE(endpoints),
		.endpoints = endpoints,
		.n_nodes = WARD_ARRAY_SIZE(nodes),
		.nodes = nodes,
		.addresses = addresses,
		.n_prefixes = WARD_ARRAY_SIZE(prefixes),
		.prefixes = prefixes,
		.n_shapes = large->n_shapes,
		.n_identities = large->n_shapes,
		.shape_identity = identities,
		.n_rows = WARD_ARRAY_SIZE(rows),
		.rows = rows,
		.n_port_maps = WARD_ARRAY_SIZE(port_maps),
		.port_maps = port_maps,
		.n_decisions = N_D,
		.decisions = decisions,
	};

	tables.n_addresses = addresses_fill(addresses, 0, large);
	tables.n_addresses += addresses_fill(addresses + tables.n_addresses, 1, large);
	for (uint32_t i = 0; i < large->n_shapes; i++)
		identities[i] = i;
	return ward_datapath_commit_tables(city->datapath, &tables, city->ifindex);
}

/* As small as can be, with everything pinned; @max_bytes as in the config. */
static inline int large_open(struct city *city, uint64_t max_bytes)
{
	const struct ward_cidr ranges[] = {{ip_of("10.1.0.0"), 24}, {ip_of("fd00:1::"), 64}};
	const uint32_t uplink = if_nametoindex(device_of[WORLD]);
	const struct ward_datapath_config config = {
		.node = NODE_NAME,
		.n_pod_ranges = WARD_ARRAY_SIZE(ranges),
		.pod_ranges = ranges,
		.n_uplinks = 1,
		.uplinks = &uplink,
		.n_addresses = 64,
		.n_heap_lines = 128,
		.max_bytes = max_bytes,
		.pins = PINS,
	};
	_cleanup_free_ char *why = NULL;
	int r = ward_datapath_open(&config, &city->datapath, &why);

	if (r < 0)
		fprintf(stderr, "%s\n", why);
	city->version = 0;
	return r;
}

/* A BPF file system that only this process and its children see. */
static inline void pins_hide(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL) < 0)
		net_skip("no BPF file system can be mounted at /sys/fs/bpf");
}

static inline void pins_remove(void)
{
	_cleanup_free_ char *why = NULL;

	if (ward_datapath_remove(PINS, &why) < 0)
		fail_msg("%s", why);
}
