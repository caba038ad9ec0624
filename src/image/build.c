// SPDX-License-Identifier: Apache-2.0
/* From the engine's tables to the blocks and the addresses of one version.
 *
 * Everything is computed from the tables alone, whatever the version before looked like; that
 * little of it is new is found out by the heap and by the address table, which compare contents.
 * So there is no state that could drift from the tables, and their numbers (shapes, identities,
 * rows, decisions) may change from one version to the next. */
#include "image/build.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/lookup.h"

enum {
	BOUNDARY_WORDS = sizeof(struct ward_boundary6) / sizeof(uint64_t),
	BOUNDARIES_AT = WARD_LINE / sizeof(uint64_t), /* the count has a line to itself */
};

struct words {
	WARD_VEC(uint64_t) list;
};

struct state {
	const struct ward_build *build;
	uint32_t *port_map_ref, *row_ref; /* WARD_NONE: not put yet */
	uint32_t own_node;
	WARD_VEC(struct ward_image_local) locals;
	struct words scratch;
};

static uint32_t *refs_new(uint32_t n)
{
	uint32_t *refs = ward_new_n(uint32_t, n + 1);

	memset(refs, 0xff, n * sizeof(*refs));
	return refs;
}

/* Appends to a sorted block under construction; says nothing twice. */
static void sorted_push(struct words *words, uint32_t key, uint32_t value)
{
	uint64_t word = (uint64_t)key << 32 | value;
	uint64_t *last = words->list.n > 1 ? &words->list.items[words->list.n - 1] : NULL;

	if (last && (uint32_t)*last == value)
		return;
	ward_vec_push(&words->list, word);
}

static void sorted_begin(struct words *words)
{
	ward_vec_clear(&words->list);
	ward_vec_push(&words->list, 0); /* the count */
}

/* Puts the block under construction, of @n entries. */
static uint32_t block_put(struct state *state, uint32_t n)
{
	struct words *words = &state->scratch;
	struct ward_heap *heap = state->build->heap;

	words->list.items[0] = n;
	if (n > UINT32_C(1) << (WARD_SEARCH_STEPS - 1)) {
		heap->full = true;
		return 0;
	}
	return ward_heap_put(heap, WARD_BLOCK_LEAF, words->list.items,
			     words->list.n * sizeof(uint64_t));
}

static uint32_t sorted_put(struct state *state)
{
	return block_put(state, state->scratch.list.n - 1);
}

static_assert(WARD_RULING(WARD_DECISION_ISOLATED, false) == WARD_RULING_ISOLATED,
	      "the kernel knows isolation by its number");

static uint32_t ruling_of(const struct ward_tables *tables, uint32_t decision)
{
	return WARD_RULING(decision, tables->decisions[decision].accept);
}

/* Spans and the gaps between them, as the places where the ruling changes. */
static void port_map_section(struct words *words, const struct ward_tables *tables,
			     const struct ward_port_map *map, enum ward_proto proto)
{
	uint32_t rest = ruling_of(tables, map->rest), port = 0;

	for (uint32_t i = 0; i < map->n; i++) {
		const struct ward_port_span *span = &map->spans[i];

		if (span->proto != proto)
			continue;
		if (span->low > port)
			sorted_push(words, WARD_PORT_KEY(proto, port), rest);
		sorted_push(words, WARD_PORT_KEY(proto, span->low),
			    ruling_of(tables, span->decision));
		port = span->high + 1;
	}
	if (port <= UINT16_MAX)
		sorted_push(words, WARD_PORT_KEY(proto, port), rest);
}

static uint32_t port_map_put(struct state *state, uint32_t number)
{
	const struct ward_tables *tables = state->build->tables;
	const struct ward_port_map *map = &tables->port_maps[number];
	uint32_t *ref = &state->port_map_ref[number];

	if (*ref != WARD_NONE)
		return *ref;
	sorted_begin(&state->scratch);
	for (enum ward_proto proto = WARD_TCP; proto < WARD_OTHER; proto++)
		port_map_section(&state->scratch, tables, map, proto);
	sorted_push(&state->scratch, WARD_PORT_KEY(WARD_OTHER, 0), ruling_of(tables, map->other));
	return *ref = sorted_put(state);
}

static uint32_t row_put(struct state *state, uint32_t number)
{
	const struct ward_tables *tables = state->build->tables;
	_cleanup_free_ uint32_t *cells = NULL;
	uint32_t *ref;

	if (number == WARD_NONE)
		return 0;
	ref = &state->row_ref[number];
	if (*ref != WARD_NONE)
		return *ref;
	cells = ward_new_n(uint32_t, tables->n_identities + 1);
	for (uint32_t i = 0; i < tables->n_identities; i++)
		cells[i] = port_map_put(state, ward_row_cell(&tables->rows[number], i));
	return *ref = ward_heap_put_array(state->build->heap, WARD_BLOCK_REFS, cells,
					  tables->n_identities);
}

static bool is_local(const struct ward_endpoint *endpoint)
{
	return endpoint->managed && (endpoint->row[WARD_INGRESS] != WARD_NONE ||
				     endpoint->row[WARD_EGRESS] != WARD_NONE);
}

/* An address of the node itself, or of a pod that shares its network (A10.1, A10.3). */
static bool is_own_node(const struct state *state, const struct ward_address *address)
{
	const struct ward_endpoint *endpoint;

	if (state->build->node == WARD_NONE)
		return false;
	if (address->node != WARD_NONE)
		return address->node == state->own_node;
	endpoint = address->endpoint == WARD_NONE
			   ? NULL
			   : &state->build->tables->endpoints[address->endpoint];
	return endpoint && endpoint->host_network && endpoint->node == state->build->node;
}

static uint32_t local_push(struct state *state, const struct ward_address *address)
{
	const struct ward_tables *tables = state->build->tables;
	const struct ward_endpoint *endpoint = &tables->endpoints[address->endpoint];
	const uint32_t *ifindex = state->build->ifindex;
	struct ward_image_local local = {
		.ifindex = ifindex ? ifindex[address->endpoint] : 0,
		.endpoint = address->endpoint,
		.identity = tables->shape_identity[address->shape],
	};

	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		local.row[direction] = row_put(state, endpoint->row[direction]);
	ward_vec_push(&state->locals, local);
	return WARD_VALUE(WARD_AT_LOCAL, state->locals.n - 1);
}

static uint32_t value_of(struct state *state, const struct ward_address *address)
{
	const struct ward_endpoint *endpoints = state->build->tables->endpoints;

	if (address->endpoint != WARD_NONE && is_local(&endpoints[address->endpoint]))
		return local_push(state, address);
	if (is_own_node(state, address))
		return WARD_VALUE(WARD_AT_NODE, address->shape);
	return WARD_VALUE(WARD_AT_OTHER, address->shape);
}

/* The shape of an address that the tables do not list. */
static uint32_t unlisted_shape(const struct ward_tables *tables, struct ward_ip ip)
{
	uint32_t low = 0, high = tables->n_prefixes;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (ward_ip_cmp(tables->prefixes[middle].first, ip) <= 0)
			low = middle;
		else
			high = middle;
	}
	return high && tables->prefixes[low].first.family == ip.family ? tables->prefixes[low].shape
								       : 0;
}

/* Those of each family. */
struct families {
	struct ward_entries *four, *six;
};

static void entry_push(const struct families *families, struct ward_ip ip, uint32_t value)
{
	const struct ward_entry entry = {ip.hi, ip.lo, value};

	if (ip.family == WARD_FAMILY_4)
		ward_vec_push(&families->four->list, entry);
	else
		ward_vec_push(&families->six->list, entry);
}

static void own_push(const struct state *state, const struct families *families, struct ward_ip ip)
{
	entry_push(families, ip,
		   WARD_VALUE(WARD_AT_NODE, unlisted_shape(state->build->tables, ip)));
}

static int cmp_address(const void *a, const void *b)
{
	return ward_ip_cmp((*(const struct ward_address *const *)a)->ip,
			   (*(const struct ward_address *const *)b)->ip);
}

/* Those of the tables, without the holes, ascending. */
static const struct ward_address **addresses_sorted(const struct ward_tables *tables,
						    uint32_t *ret_n)
{
	const struct ward_address **sorted =
		ward_new_n(const struct ward_address *, tables->n_addresses + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < tables->n_addresses; i++)
		if (tables->addresses[i].ip.family != WARD_FAMILY_NONE)
			sorted[n++] = &tables->addresses[i];
	if (!tables->dense)
		qsort(sorted, n, sizeof(*sorted), cmp_address);
	*ret_n = n;
	return sorted;
}

/* Those of the tables and the node's own, ascending; whoever claims one of these has it. */
static void addresses_collect(struct state *state, const struct families *families)
{
	const struct ward_tables *tables = state->build->tables;
	const struct ward_ip *own = state->build->own;
	uint32_t n_own = state->build->n_own, at = 0;
	_cleanup_free_ const struct ward_address **sorted = NULL;
	uint32_t n;

	sorted = addresses_sorted(tables, &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct ward_address *address = sorted[i];

		while (at < n_own && ward_ip_cmp(own[at], address->ip) < 0)
			own_push(state, families, own[at++]);
		if (at < n_own && ward_ip_eq(own[at], address->ip))
			at++;
		entry_push(families, address->ip, value_of(state, address));
	}
	while (at < n_own)
		own_push(state, families, own[at++]);
}

static uint32_t uplinks_put(struct state *state)
{
	const struct ward_build *build = state->build;

	sorted_begin(&state->scratch);
	for (uint32_t i = 0; i < build->n_uplinks; i++)
		ward_vec_push(&state->scratch.list,
			      (uint64_t)build->uplinks[i] << 32 | WARD_IS_UPLINK);
	return sorted_put(state);
}

/* Appends to the prefixes of a family under construction: from @ip on, @value. */
static void boundary_push(struct words *words, struct ward_ip ip, uint32_t value)
{
	const struct ward_boundary6 boundary = {ip.hi, ip.lo, value, 0};
	struct ward_boundary6 *last;

	if (ip.family == WARD_FAMILY_4) {
		sorted_push(words, ip.lo, value);
		return;
	}
	last = words->list.n > BOUNDARIES_AT
		       ? (void *)&words->list.items[words->list.n - BOUNDARY_WORDS]
		       : NULL;
	if (last && last->value == value)
		return;
	for (int i = 0; i < BOUNDARY_WORDS; i++)
		ward_vec_push(&words->list, ((const uint64_t *)&boundary)[i]);
}

static void prefixes_begin(struct words *words, enum ward_family family)
{
	sorted_begin(words);
	while (family == WARD_FAMILY_6 && words->list.n < BOUNDARIES_AT)
		ward_vec_push(&words->list, 0);
}

static uint32_t prefixes_end(struct state *state, enum ward_family family)
{
	if (family == WARD_FAMILY_4)
		return sorted_put(state);
	return block_put(state, (state->scratch.list.n - BOUNDARIES_AT) / BOUNDARY_WORDS);
}

/* What is still to come of one family. */
struct cursor {
	const struct ward_prefix *prefix, *prefix_end;
	const struct ward_ip_range *closed, *closed_end;
};

static struct cursor cursor_of(const struct ward_build *build, enum ward_family family)
{
	const struct ward_prefix *prefix = build->tables->prefixes;
	const struct ward_ip_range *closed = build->closed;
	uint32_t n_prefixes = build->tables->n_prefixes, n_closed = build->n_closed;

	for (; n_prefixes && prefix->first.family < family; n_prefixes--)
		prefix++;
	for (; n_closed && closed->first.family < family; n_closed--)
		closed++;
	while (n_prefixes && prefix[n_prefixes - 1].first.family > family)
		n_prefixes--;
	while (n_closed && closed[n_closed - 1].first.family > family)
		n_closed--;
	return (struct cursor){prefix, prefix + n_prefixes, closed, closed + n_closed};
}

/* Where a prefix or a closed range begins next; false: nowhere. */
static bool cursor_next(const struct cursor *cursor, struct ward_ip *ret_at)
{
	bool found = cursor->prefix < cursor->prefix_end;

	if (found)
		*ret_at = cursor->prefix->first;
	if (cursor->closed < cursor->closed_end &&
	    (!found || ward_ip_cmp(cursor->closed->first, *ret_at) < 0)) {
		*ret_at = cursor->closed->first;
		found = true;
	}
	return found;
}

/* Prefixes with the closed ranges laid over them: where either begins or a range ends, the value
 * may change. */
static uint32_t prefixes_put(struct state *state, enum ward_family family)
{
	struct cursor cursor = cursor_of(state->build, family);
	struct ward_ip at = ward_ip_min(family);
	uint32_t shape = 0;

	prefixes_begin(&state->scratch, family);
	for (bool more = true; more;) {
		while (cursor.prefix < cursor.prefix_end &&
		       ward_ip_cmp(cursor.prefix->first, at) <= 0)
			shape = cursor.prefix++->shape;
		if (cursor.closed < cursor.closed_end && ward_ip_eq(cursor.closed->first, at)) {
			boundary_push(&state->scratch, at, WARD_VALUE(WARD_AT_UNREADY, 0));
			more = !ward_ip_is_max(cursor.closed->last);
			at = ward_ip_next(cursor.closed++->last);
		} else {
			boundary_push(&state->scratch, at, WARD_VALUE(WARD_AT_OTHER, shape));
			more = cursor_next(&cursor, &at);
		}
	}
	return prefixes_end(state, family);
}

static uint32_t own_node_find(const struct ward_build *build)
{
	for (uint32_t i = 0; i < build->tables->n_nodes; i++)
		if (build->tables->nodes[i].name == build->node)
			return i;
	return WARD_NONE;
}

void ward_build(const struct ward_build *build, struct ward_image_root *ret_root,
		struct ward_entries *entries4, struct ward_entries *entries6)
{
	const struct ward_tables *tables = build->tables;
	const struct families families = {entries4, entries6};
	struct state state = {
		.build = build,
		.port_map_ref = refs_new(tables->n_port_maps),
		.row_ref = refs_new(tables->n_rows),
		.own_node = own_node_find(build),
	};

	addresses_collect(&state, &families);
	*ret_root = (struct ward_image_root){
		.version = tables->version,
		.prefixes4 = prefixes_put(&state, WARD_FAMILY_4),
		.prefixes6 = prefixes_put(&state, WARD_FAMILY_6),
		.shapes = ward_heap_put_array(build->heap, WARD_BLOCK_LEAF, tables->shape_identity,
					      tables->n_shapes),
		.locals = ward_heap_put(build->heap, WARD_BLOCK_LOCALS, state.locals.items,
					state.locals.n * sizeof(struct ward_image_local)),
		.uplinks = uplinks_put(&state),
	};
	free(state.port_map_ref);
	free(state.row_ref);
	ward_vec_done(&state.locals);
	ward_vec_done(&state.scratch.list);
}
