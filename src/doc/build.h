/* SPDX-License-Identifier: Apache-2.0 */
/* Building trees: what the YAML and the JSON front end have in common; private to doc/.
 *
 * Nodes whose parent is not complete wait on a stack.  When a list or map ends, its children are
 * the top of the stack, and move to the arena in one copy; a map's are key, value, key, value,
 * which is the layout of struct ward_entry.
 *
 * A *List may be longer than memory should be, so its items are handed out one by one as they are
 * met, and each is built in an arena of its own.  In what `kubectl get -o json` writes, "items"
 * comes before "kind": items that name their own kind do not have to wait for it, the others are
 * kept until the end of the document. */
#pragma once

#include "base/vec.h"
#include "doc/input.h"

struct ward_build {
	struct ward_input *input;
	struct ward_arena document; /* everything but the items */
	struct ward_arena item;
	struct ward_arena *arena; /* the one of the two in use */
	WARD_VEC(struct ward_node) stack;
	struct ward_node list_version, list_kind; /* of the List whose items come; or null */
	uint32_t n_items;			  /* handed out */
	bool keeping;				  /* items wait for the kind */
	bool pinned;				  /* later items refer to earlier ones */
	bool bad;				  /* has a mistake: is not handed out */
};

void ward_build_init(struct ward_build *build, struct ward_input *input);
void ward_build_done(struct ward_build *build);

static inline void ward_build_push(struct ward_build *build, const struct ward_node *node)
{
	ward_vec_push(&build->stack, *node);
}

/* Everything above @base becomes the children of @node, which has its place already. */
void ward_build_list(struct ward_build *build, uint32_t base, struct ward_node *node);

/* The same; keys that occur twice are diagnosed. */
void ward_build_map(struct ward_build *build, uint32_t base, struct ward_node *node);

/* The diagnostics. */
void ward_build_duplicate(struct ward_build *build, const struct ward_node *first,
			  const struct ward_node *second);

void ward_build_too_deep(struct ward_build *build, const struct ward_node *place);

/* Is the list that follows the key on top of the stack, in the outermost map, one of items that
 * can be handed out as they come? */
bool ward_build_is_items(const struct ward_build *build);

/* Around the items of such a list, and after each. */
void ward_build_items_begin(struct ward_build *build);
int ward_build_item(struct ward_build *build, struct ward_node *item);
void ward_build_items_end(struct ward_build *build);

/* Hands out a complete document, or what of it is left, and makes room for the next. */
int ward_build_document(struct ward_build *build, struct ward_node *root);

/* Forgets a document that cannot be completed. */
void ward_build_clear(struct ward_build *build);
