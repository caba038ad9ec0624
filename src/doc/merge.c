/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/merge.h"

#include "base/intern.h"

struct slot {
	struct ward_node key, value;
	bool own; /* written in the map itself, not merged into it */
};

struct merge {
	struct ward_build *build;
	struct ward_intern keys; /* number = index into slots */
	WARD_VEC(struct slot) slots;
};

static void slot_put(struct merge *merge, const struct ward_entry *entry, bool own)
{
	struct slot slot = {.key = entry->key, .value = entry->value, .own = own};
	uint32_t id = ward_intern(&merge->keys, entry->key.text, entry->key.len);
	struct slot *old;

	if (id == merge->slots.n) {
		ward_vec_push(&merge->slots, slot);
		return;
	}
	old = &merge->slots.items[id];
	if (old->own && own)
		ward_build_duplicate(merge->build, &old->key, &slot.key);
	slot.own = own || old->own;
	*old = slot;
}

/* Says which key of the map itself @from overrides. */
static void order_check(struct merge *merge, const struct ward_node *key,
			const struct ward_node *from)
{
	const struct ward_input *input = merge->build->input;

	for (uint32_t i = 0; i < from->len; i++) {
		const struct ward_node *name = &from->entries[i].key;
		uint32_t id = ward_intern_find(&merge->keys, name->text, name->len);

		if (id == WARD_NONE || !merge->slots.items[id].own)
			continue;
		ward_diag(input->reader->diags, WARD_WARNING, "merge-order",
			  ward_node_mark(input->file, key), NULL,
			  "write << as the first key of the map",
			  "this << overrides the key \"%s\" of line %u: kubectl takes the later of "
			  "the two, other programs the map's own key",
			  name->text, merge->slots.items[id].key.line);
	}
}

static void map_put(struct merge *merge, const struct ward_node *key, const struct ward_node *from)
{
	const struct ward_input *input = merge->build->input;

	if (from->type != WARD_NODE_MAP) {
		merge->build->bad = true;
		ward_diag(input->reader->diags, WARD_ERROR, "bad-merge",
			  ward_node_mark(input->file, from), NULL,
			  "give << an alias of a map, such as *defaults",
			  "<< merges maps, but this is %s", ward_node_type_str(from->type));
		return;
	}
	order_check(merge, key, from);
	for (uint32_t i = 0; i < from->len; i++)
		slot_put(merge, &from->entries[i], false);
}

void ward_merge(struct ward_build *build, uint32_t base)
{
	struct merge merge = {.build = build};
	uint32_t end = build->stack.n;

	for (uint32_t i = base; i < end; i += 2) {
		struct ward_entry entry = {build->stack.items[i], build->stack.items[i + 1]};

		if (entry.key.type == WARD_NODE_STRING)
			slot_put(&merge, &entry, true);
		else if (entry.value.type != WARD_NODE_LIST)
			map_put(&merge, &entry.key, &entry.value);
		else
			for (uint32_t j = entry.value.len; j-- > 0;)
				map_put(&merge, &entry.key, &entry.value.items[j]);
	}
	build->stack.n = base;
	for (uint32_t i = 0; i < merge.slots.n; i++) {
		ward_build_push(build, &merge.slots.items[i].key);
		ward_build_push(build, &merge.slots.items[i].value);
	}
	ward_vec_done(&merge.slots);
	ward_intern_done(&merge.keys);
}
