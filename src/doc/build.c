/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/build.h"

#include <string.h>

#include "base/intern.h"

void ward_build_init(struct ward_build *build, struct ward_input *input)
{
	*build = (struct ward_build){.input = input};
	build->arena = &build->document;
	ward_vec_reserve(&build->stack, 64);
}

void ward_build_done(struct ward_build *build)
{
	ward_arena_done(&build->document);
	ward_arena_done(&build->item);
	ward_vec_done(&build->stack);
}

void ward_build_list(struct ward_build *build, uint32_t base, struct ward_node *node)
{
	uint32_t n = build->stack.n - base;

	node->type = WARD_NODE_LIST;
	node->len = n;
	node->items = ward_arena_copy(build->arena, build->stack.items + base,
				      n * sizeof(struct ward_node));
	build->stack.n = base;
}

static bool key_eq(const struct ward_node *a, const struct ward_node *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

void ward_build_duplicate(struct ward_build *build, const struct ward_node *first,
			  const struct ward_node *second)
{
	struct ward_reader *reader = build->input->reader;

	build->bad = true;
	ward_diag(reader->diags, WARD_ERROR, "duplicate-key",
		  ward_node_mark(build->input->file, second), NULL, "keep one of the two",
		  "the key \"%s\" is already at line %u, column %u of this map", second->text,
		  first->line, first->col);
}

void ward_build_too_deep(struct ward_build *build, const struct ward_node *place)
{
	ward_diag(build->input->reader->diags, WARD_ERROR, "too-deep",
		  ward_node_mark(build->input->file, place), NULL, NULL,
		  "lists and maps are nested more than %d levels deep here", WARD_DEPTH_MAX);
}

/* One of 64 bits by the key's length and ends: most keys of a map have one for themselves. */
static uint64_t key_bit(const struct ward_node *key)
{
	unsigned char first = key->text[0], last = key->len ? key->text[key->len - 1] : 0;

	return UINT64_C(1) << ((first * 7 + last * 3 + key->len) & 63);
}

static void small_map_check(struct ward_build *build, const struct ward_node *map)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < map->len; i++) {
		const struct ward_node *key = &map->entries[i].key;
		uint64_t bit = key_bit(key);

		for (uint32_t j = 0; (seen & bit) && j < i; j++)
			if (key_eq(key, &map->entries[j].key))
				ward_build_duplicate(build, &map->entries[j].key, key);
		seen |= bit;
	}
}

/* The numbers of the keys are their places in the map as long as none repeats; those that do are
 * counted to keep it so. */
static void large_map_check(struct ward_build *build, const struct ward_node *map)
{
	struct ward_intern keys = {};
	WARD_VEC(uint32_t) place = {};

	for (uint32_t i = 0; i < map->len; i++) {
		const struct ward_node *key = &map->entries[i].key;
		uint32_t id = ward_intern(&keys, key->text, key->len);

		if (id < place.n)
			ward_build_duplicate(build, &map->entries[place.items[id]].key, key);
		else
			ward_vec_push(&place, i);
	}
	ward_vec_done(&place);
	ward_intern_done(&keys);
}

void ward_build_map(struct ward_build *build, uint32_t base, struct ward_node *node)
{
	uint32_t n = build->stack.n - base;

	node->type = WARD_NODE_MAP;
	node->len = n / 2;
	node->entries = ward_arena_copy(build->arena, build->stack.items + base,
					n * sizeof(struct ward_node));
	build->stack.n = base;
	if (node->len > 64)
		large_map_check(build, node);
	else
		small_map_check(build, node);
}

/* The value of a key in the outermost map, which is still on the stack. */
static struct ward_node root_get(const struct ward_build *build, const char *name)
{
	for (uint32_t i = 0; i + 1 < build->stack.n; i += 2)
		if (strcmp(build->stack.items[i].text, name) == 0)
			return build->stack.items[i + 1];
	return (struct ward_node){};
}

static bool is_list_kind(const struct ward_node *kind)
{
	return kind && kind->type == WARD_NODE_STRING && kind->len >= 4 &&
	       strcmp(kind->text + kind->len - 4, "List") == 0;
}

bool ward_build_is_items(const struct ward_build *build)
{
	struct ward_node kind;

	if (strcmp(build->stack.items[build->stack.n - 1].text, "items") != 0)
		return false;
	kind = root_get(build, "kind");
	if (kind.type != WARD_NODE_NULL)
		return is_list_kind(&kind);
	return root_get(build, "apiVersion").type == WARD_NODE_STRING;
}

void ward_build_items_begin(struct ward_build *build)
{
	build->list_version = root_get(build, "apiVersion");
	build->list_kind = root_get(build, "kind");
	build->arena = &build->item;
}

void ward_build_items_end(struct ward_build *build)
{
	build->arena = &build->document;
}

static bool is_kindless(const struct ward_node *item)
{
	return item->type == WARD_NODE_MAP && !ward_node_get(item, "kind") &&
	       !ward_node_get(item, "apiVersion");
}

static struct ward_entry entry_make(const struct ward_node *place, const char *key,
				    const char *value, uint32_t value_len)
{
	struct ward_node node = {
		.type = WARD_NODE_STRING,
		.line = place->line,
		.col = place->col,
	};
	struct ward_entry entry = {.key = node, .value = node};

	entry.key.text = key;
	entry.key.len = (uint32_t)strlen(key);
	entry.value.text = value;
	entry.value.len = value_len;
	return entry;
}

/* The items of a PodList do not say that they are Pods; the API server leaves it out and kubectl
 * puts it back. */
static void item_give_kind(struct ward_build *build, struct ward_node *item,
			   const struct ward_node *version, const struct ward_node *kind)
{
	uint32_t len = kind->len - 4;
	struct ward_entry *entries;

	if (!len || version->type != WARD_NODE_STRING)
		return;
	entries = ward_arena_new_n(build->arena, struct ward_entry, item->len + 2);
	entries[0] = entry_make(item, "apiVersion", version->text, version->len);
	entries[1] =
		entry_make(item, "kind", ward_arena_strndup(build->arena, kind->text, len), len);
	memcpy(entries + 2, item->entries, item->len * sizeof(*entries));
	item->entries = entries;
	item->len += 2;
}

/* Hands out an object; a List inside a List (kubectl allows it) item by item. */
static int object_give(struct ward_build *build, const struct ward_node *object)
{
	struct ward_reader *reader = build->input->reader;
	const struct ward_node *kind = ward_node_get(object, "kind");
	const struct ward_node *items = ward_node_get(object, "items");
	const struct ward_node *version = ward_node_get(object, "apiVersion");
	int r;

	if (!is_list_kind(kind) || !items || items->type != WARD_NODE_LIST) {
		reader->n_documents++;
		return reader->fn(reader->userdata, build->input->file, object);
	}
	for (uint32_t i = 0; i < items->len; i++) {
		struct ward_node item = items->items[i];

		if (is_kindless(&item) && version)
			item_give_kind(build, &item, version, kind);
		r = object_give(build, &item);
		if (r)
			return r;
	}
	return 0;
}

int ward_build_item(struct ward_build *build, struct ward_node *item)
{
	int r = 0;

	if (build->list_kind.type == WARD_NODE_NULL && is_kindless(item))
		build->keeping = true;
	if (build->keeping) {
		ward_build_push(build, item);
		return 0;
	}
	if (is_list_kind(&build->list_kind) && is_kindless(item))
		item_give_kind(build, item, &build->list_version, &build->list_kind);
	if (!build->bad)
		r = object_give(build, item);
	build->bad = false;
	build->n_items++;
	if (!build->pinned)
		ward_arena_clear(&build->item);
	return r;
}

void ward_build_clear(struct ward_build *build)
{
	ward_arena_clear(&build->document);
	ward_arena_clear(&build->item);
	build->arena = &build->document;
	build->stack.n = 0;
	build->n_items = 0;
	build->keeping = build->pinned = build->bad = false;
}

/* Items were handed out in the belief that a List's kind would follow. */
static void odd_list_diag(struct ward_build *build, const struct ward_node *root)
{
	const struct ward_node *kind = ward_node_get(root, "kind");

	ward_diag(build->input->reader->diags, WARD_ERROR, "bad-list",
		  ward_node_mark(build->input->file, kind ? kind : root), NULL,
		  "if this is a list, its kind must end in List; if not, write kind before items",
		  "the items of this object were read as objects, but its kind is %s",
		  kind && kind->type == WARD_NODE_STRING ? kind->text : "missing");
}

int ward_build_document(struct ward_build *build, struct ward_node *root)
{
	int r = 0;

	build->input->n_roots += root->type != WARD_NODE_NULL;
	if (build->n_items && !is_list_kind(ward_node_get(root, "kind")))
		odd_list_diag(build, root);
	else if (!build->bad && root->type != WARD_NODE_NULL)
		r = object_give(build, root);
	ward_build_clear(build);
	return r;
}
