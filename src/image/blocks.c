// SPDX-License-Identifier: Apache-2.0
/* Which block says what a row or a port map says is remembered by its number: both never change
 * their meaning, until everything is computed anew; then all numbers are forgotten.  So what is
 * written is what is new:
 *
 *	port map	when a row first has it
 *	row		when a local pod first has it; and the pages of identities that have come
 *			since, if it singles out one of them
 *	shapes		the pages in which a shape has another identity, and the directory
 *	prefixes	if they changed
 *	locals		always, of what listed.c keeps of them: the pods of a node are few
 *
 * The cells of a row's last page that belong to no identity yet say what the row says to whom no
 * rule singles out.  No shape leads to them; and when an identity comes that nothing in the row
 * speaks of, which are nearly all, the row is as it should be. */
#include "image/blocks.h"

#include <assert.h>
#include <string.h>

#include "image/lookup.h"

void ward_blocks_done(struct ward_blocks *blocks)
{
	ward_vec_done(&blocks->port_maps);
	ward_vec_done(&blocks->rows);
	ward_tree_done(&blocks->tree);
	ward_vec_done(&blocks->pages);
	ward_bits_done(&blocks->touched);
	ward_vec_done(&blocks->locals);
}

static_assert(WARD_RULING(WARD_DECISION_ISOLATED, false) == WARD_RULING_ISOLATED,
	      "the kernel knows isolation by its number");

static uint32_t ruling_of(const struct ward_tables *tables, uint32_t decision)
{
	return WARD_RULING(decision, tables->decisions[decision].accept);
}

/* Spans and the gaps between them, as the places where the ruling changes. */
static void port_map_section(struct ward_tree *tree, const struct ward_tables *tables,
			     const struct ward_port_map *map, enum ward_proto proto)
{
	uint32_t rest = ruling_of(tables, map->rest), port = 0;

	for (uint32_t i = 0; i < map->n; i++) {
		const struct ward_port_span *span = &map->spans[i];

		if (span->proto != proto)
			continue;
		if (span->low > port)
			ward_tree_push(tree, 0, WARD_PORT_KEY(proto, port), rest);
		ward_tree_push(tree, 0, WARD_PORT_KEY(proto, span->low),
			       ruling_of(tables, span->decision));
		port = span->high + 1;
	}
	if (port <= UINT16_MAX)
		ward_tree_push(tree, 0, WARD_PORT_KEY(proto, port), rest);
}

static uint32_t port_map_put(struct ward_blocks *blocks, const struct ward_tables *tables,
			     uint32_t number)
{
	const struct ward_port_map *map = &tables->port_maps[number];
	struct ward_tree *tree = &blocks->tree;

	while (blocks->port_maps.n <= number)
		ward_vec_push(&blocks->port_maps, WARD_NONE);
	if (blocks->port_maps.items[number] != WARD_NONE)
		return blocks->port_maps.items[number];
	ward_tree_begin(tree);
	for (enum ward_proto proto = WARD_TCP; proto < WARD_OTHER; proto++)
		port_map_section(tree, tables, map, proto);
	ward_tree_push(tree, 0, WARD_PORT_KEY(WARD_OTHER, 0), ruling_of(tables, map->other));
	return blocks->port_maps.items[number] = ward_tree_put(tree, blocks->heap, WARD_FAMILY_4);
}

static uint32_t pages_for(uint32_t n_cells)
{
	return (n_cells + WARD_PAGE_CELLS - 1) / WARD_PAGE_CELLS;
}

/* Makes @blocks->pages those of an array that is there, for as many cells as it has now. */
static void pages_begin(struct ward_blocks *blocks, uint32_t ref, uint32_t n_before, uint32_t n)
{
	number_list *pages = &blocks->pages;

	ward_vec_reserve(pages, pages_for(n));
	pages->n = pages_for(n);
	if (n_before)
		memcpy(pages->items, ward_heap_bytes(blocks->heap, ref),
		       pages_for(n_before) * sizeof(*pages->items));
}

static uint32_t pages_end(struct ward_blocks *blocks)
{
	return ward_heap_put(blocks->heap, WARD_BLOCK_REFS, blocks->pages.items,
			     blocks->pages.n * sizeof(*blocks->pages.items));
}

/* The first cell of an identity that is not below @identity. */
static uint32_t cells_from(const struct ward_row *row, uint32_t identity)
{
	uint32_t low = 0, high = row->n_cells;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (row->cells[middle].identity < identity)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t row_page_put(struct ward_blocks *blocks, const struct ward_tables *tables,
			     const struct ward_row *row, uint32_t page)
{
	uint32_t first = page * WARD_PAGE_CELLS, cells[WARD_PAGE_CELLS];
	uint32_t rest = port_map_put(blocks, tables, row->rest);

	for (uint32_t i = 0; i < WARD_PAGE_CELLS; i++)
		cells[i] = rest;
	for (uint32_t i = cells_from(row, first);
	     i < row->n_cells && row->cells[i].identity - first < WARD_PAGE_CELLS; i++)
		cells[row->cells[i].identity - first] =
			port_map_put(blocks, tables, row->cells[i].map);
	return ward_heap_put(blocks->heap, WARD_BLOCK_REFS, cells, sizeof(cells));
}

/* Nothing to write for the identities that came since. */
static bool row_is_done(const struct ward_row_block *block, const struct ward_row *row, uint32_t n)
{
	return block->ref != WARD_NONE && pages_for(n) == pages_for(block->n) &&
	       cells_from(row, block->n) == row->n_cells;
}

static uint32_t row_put(struct ward_blocks *blocks, const struct ward_tables *tables,
			uint32_t number)
{
	uint32_t n = tables->n_identities;
	struct ward_row_block *block;
	const struct ward_row *row;

	if (number == WARD_NONE)
		return 0;
	while (blocks->rows.n <= number)
		ward_vec_push(&blocks->rows, ((struct ward_row_block){.ref = WARD_NONE}));
	block = &blocks->rows.items[number];
	row = &tables->rows[number];
	if (block->n == n && block->ref != WARD_NONE)
		return block->ref;
	if (!row_is_done(block, row, n)) {
		pages_begin(blocks, block->ref, block->n, n);
		for (uint32_t page = block->n / WARD_PAGE_CELLS; page < pages_for(n); page++)
			blocks->pages.items[page] = row_page_put(blocks, tables, row, page);
		block->ref = pages_end(blocks);
	}
	block->n = n;
	return block->ref;
}

static void shape_page_put(struct ward_blocks *blocks, const struct ward_tables *tables,
			   uint32_t page)
{
	uint32_t first = page * WARD_PAGE_CELLS, rest = tables->n_shapes - first;
	uint32_t cells[WARD_PAGE_CELLS] = {};

	if (ward_bits_has(&blocks->touched, page))
		return;
	ward_bits_add(&blocks->touched, page);
	memcpy(cells, tables->shape_identity + first,
	       (rest < WARD_PAGE_CELLS ? rest : WARD_PAGE_CELLS) * sizeof(*cells));
	blocks->pages.items[page] =
		ward_heap_put(blocks->heap, WARD_BLOCK_LEAF, cells, sizeof(cells));
}

static void shapes_put(struct ward_blocks *blocks, const struct ward_tables *tables,
		       const struct ward_delta *delta)
{
	uint32_t n = tables->n_shapes, n_before = delta ? blocks->n_shapes : 0;

	if (delta && !delta->n_shapes && n == n_before)
		return;
	pages_begin(blocks, blocks->root.shapes, n_before, n);
	for (uint32_t page = n_before / WARD_PAGE_CELLS; n > n_before && page < pages_for(n);
	     page++)
		shape_page_put(blocks, tables, page);
	for (uint32_t i = 0; delta && i < delta->n_shapes; i++)
		shape_page_put(blocks, tables, delta->shapes[i] / WARD_PAGE_CELLS);
	ward_bits_done(&blocks->touched);
	blocks->root.shapes = pages_end(blocks);
	blocks->n_shapes = n;
}

static uint32_t uplinks_put(struct ward_blocks *blocks, const number_list *uplinks)
{
	ward_tree_begin(&blocks->tree);
	ward_tree_push(&blocks->tree, 0, 0, 0);
	for (uint32_t i = 0; i < uplinks->n; i++) {
		uint32_t ifindex = uplinks->items[i];

		ward_tree_push(&blocks->tree, 0, ifindex, WARD_IS_UPLINK);
		if (i + 1 == uplinks->n || uplinks->items[i + 1] != ifindex + 1)
			ward_tree_push(&blocks->tree, 0, ifindex + 1, 0);
	}
	return ward_tree_put(&blocks->tree, blocks->heap, WARD_FAMILY_4);
}

void ward_blocks_follow(struct ward_blocks *blocks, const struct ward_tables *tables,
			const struct ward_delta *delta, const struct ward_site *site)
{
	struct ward_image_root *root = &blocks->root;

	if (!blocks->known)
		delta = NULL;
	if (!delta) {
		ward_vec_clear(&blocks->port_maps);
		ward_vec_clear(&blocks->rows);
		root->numbering = (uint32_t)tables->version;
		root->uplinks = uplinks_put(blocks, &site->uplinks);
	}
	if (!delta || delta->prefixes) {
		root->prefixes4 = ward_prefixes_put(&blocks->tree, blocks->heap, tables,
						    &site->closed, WARD_FAMILY_4);
		root->prefixes6 = ward_prefixes_put(&blocks->tree, blocks->heap, tables,
						    &site->closed, WARD_FAMILY_6);
	}
	shapes_put(blocks, tables, delta);
	root->version = tables->version;
	blocks->known = true;
}

void ward_blocks_locals(struct ward_blocks *blocks, const struct ward_tables *tables,
			const struct ward_listed *listed, const uint32_t *ifindex)
{
	ward_vec_clear(&blocks->locals);
	for (uint32_t i = 0; i < listed->locals.n; i++) {
		const struct ward_record *record = &listed->locals.items[i];
		struct ward_image_local local = {};

		if (record->number != WARD_NONE) {
			local.ifindex = ifindex ? ifindex[record->endpoint] : 0;
			local.endpoint = record->endpoint;
			local.identity = tables->shape_identity[record->shape];
			for (int d = 0; d < WARD_N_DIRECTION; d++)
				local.row[d] = row_put(blocks, tables, record->row[d]);
		}
		ward_vec_push(&blocks->locals, local);
	}
	blocks->root.locals = ward_heap_put(blocks->heap, WARD_BLOCK_LOCALS, blocks->locals.items,
					    blocks->locals.n * sizeof(*blocks->locals.items));
}

void ward_blocks_swept(struct ward_blocks *blocks)
{
	for (uint32_t i = 0; i < blocks->port_maps.n; i++)
		if (!ward_heap_has(blocks->heap, blocks->port_maps.items[i]))
			blocks->port_maps.items[i] = WARD_NONE;
	for (uint32_t i = 0; i < blocks->rows.n; i++)
		if (!ward_heap_has(blocks->heap, blocks->rows.items[i].ref))
			blocks->rows.items[i] = (struct ward_row_block){.ref = WARD_NONE};
}
