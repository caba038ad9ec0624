/* SPDX-License-Identifier: Apache-2.0 */
#include "group/boxes.h"

enum {
	STEP_MAX = 4096 /* boxes on the way, before those that lie in others are gone */
};

static bool box_contains(const struct ward_box *outer, const struct ward_box *inner)
{
	return ward_constraints_contain(outer->constraints, outer->n_namespace, inner->constraints,
					inner->n_namespace) &&
	       ward_constraints_contain(outer->constraints + outer->n_namespace, outer->n_pod,
					inner->constraints + inner->n_namespace, inner->n_pod);
}

/* Unless it lies in another; and those that lie in it go. */
static void box_add(struct ward_boxes *boxes, const struct ward_box *box)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < boxes->list.n; i++)
		if (box_contains(&boxes->list.items[i], box))
			return;
	for (uint32_t i = 0; i < boxes->list.n; i++)
		if (!box_contains(box, &boxes->list.items[i]))
			boxes->list.items[n++] = boxes->list.items[i];
	boxes->list.n = n;
	boxes->overflow |= n >= STEP_MAX;
	if (!boxes->overflow)
		ward_vec_push(&boxes->list, *box);
}

void ward_boxes_add(struct ward_arena *arena, struct ward_boxes *boxes,
		    const struct ward_selector *namespaces, const struct ward_selector *pods)
{
	struct ward_constraint *constraints =
		ward_arena_new_n(arena, struct ward_constraint, namespaces->n + pods->n);
	struct ward_box box = {.constraints = constraints};

	if (ward_constraints_of(arena, namespaces, constraints, &box.n_namespace) &&
	    ward_constraints_of(arena, pods, constraints + box.n_namespace, &box.n_pod))
		box_add(boxes, &box);
}

/* Both lists, one constraint a key; false when nothing satisfies them. */
static bool constraints_and(struct ward_arena *arena, const struct ward_constraint *a, uint32_t n_a,
			    const struct ward_constraint *b, uint32_t n_b,
			    struct ward_constraint *out, uint32_t *ret_n)
{
	uint32_t n = 0;

	while (n_a || n_b) {
		if (n_a && n_b && a->key == b->key) {
			out[n] = ward_constraint_and(arena, a++, b++);
			n_a--;
			n_b--;
		} else if (!n_b || (n_a && a->key < b->key)) {
			out[n] = *a++;
			n_a--;
		} else {
			out[n] = *b++;
			n_b--;
		}
		if (ward_constraint_is_nothing(&out[n++]))
			return false;
	}
	*ret_n = n;
	return true;
}

static bool box_and(struct ward_arena *arena, const struct ward_box *a, const struct ward_box *b,
		    struct ward_box *ret_box)
{
	struct ward_constraint *out =
		ward_arena_new_n(arena, struct ward_constraint,
				 a->n_namespace + a->n_pod + b->n_namespace + b->n_pod);

	ret_box->constraints = out;
	return constraints_and(arena, a->constraints, a->n_namespace, b->constraints,
			       b->n_namespace, out, &ret_box->n_namespace) &&
	       constraints_and(arena, a->constraints + a->n_namespace, a->n_pod,
			       b->constraints + b->n_namespace, b->n_pod,
			       out + ret_box->n_namespace, &ret_box->n_pod);
}

void ward_boxes_or(struct ward_boxes *boxes, const struct ward_boxes *other)
{
	boxes->overflow |= other->overflow;
	for (uint32_t i = 0; i < other->list.n; i++)
		box_add(boxes, &other->list.items[i]);
}

void ward_boxes_and(struct ward_arena *arena, struct ward_boxes *boxes,
		    const struct ward_boxes *other)
{
	struct ward_boxes both = {.overflow = boxes->overflow | other->overflow};
	struct ward_box box;

	for (uint32_t i = 0; i < boxes->list.n && !both.overflow; i++)
		for (uint32_t k = 0; k < other->list.n; k++)
			if (box_and(arena, &boxes->list.items[i], &other->list.items[k], &box))
				box_add(&both, &box);
	ward_boxes_done(boxes);
	*boxes = both;
}

/* The boxes of which one has whoever is not in @box: one for each constraint that may fail. */
static void box_not(struct ward_arena *arena, const struct ward_box *box,
		    struct ward_boxes *ret_boxes)
{
	for (uint32_t i = 0; i < box->n_namespace + box->n_pod; i++) {
		struct ward_constraint fails[2];
		uint32_t n = ward_constraint_not(&box->constraints[i], fails);

		for (uint32_t k = 0; k < n; k++) {
			struct ward_box without = {
				.n_namespace = i < box->n_namespace,
				.n_pod = i >= box->n_namespace,
				.constraints = ward_arena_copy(arena, &fails[k], sizeof(fails[k])),
			};

			box_add(ret_boxes, &without);
		}
	}
}

void ward_boxes_minus(struct ward_arena *arena, struct ward_boxes *boxes,
		      const struct ward_boxes *other)
{
	boxes->overflow |= other->overflow;
	for (uint32_t i = 0; i < other->list.n && boxes->list.n; i++) {
		struct ward_boxes others = {};

		box_not(arena, &other->list.items[i], &others);
		ward_boxes_and(arena, boxes, &others);
		ward_boxes_done(&others);
	}
}

bool ward_box_has(const struct ward_box *box, struct ward_labels ns, struct ward_labels pod)
{
	return ward_constraints_hold(box->constraints, box->n_namespace, ns) &&
	       ward_constraints_hold(box->constraints + box->n_namespace, box->n_pod, pod);
}

bool ward_boxes_have(const struct ward_boxes *boxes, struct ward_labels ns, struct ward_labels pod)
{
	for (uint32_t i = 0; i < boxes->list.n; i++)
		if (ward_box_has(&boxes->list.items[i], ns, pod))
			return true;
	return false;
}

static struct ward_selector selector_of(struct ward_arena *arena,
					const struct ward_constraint *constraints, uint32_t n)
{
	struct ward_requirement *items =
		ward_arena_new_n(arena, struct ward_requirement, 2 * (size_t)n);
	struct ward_selector selector = {.items = items};

	for (uint32_t i = 0; i < n; i++)
		selector.n += ward_constraint_requirements(&constraints[i], &items[selector.n]);
	return selector;
}

void ward_box_selectors(struct ward_arena *arena, const struct ward_box *box,
			struct ward_selector *ret_namespaces, struct ward_selector *ret_pods)
{
	*ret_namespaces = selector_of(arena, box->constraints, box->n_namespace);
	*ret_pods = selector_of(arena, box->constraints + box->n_namespace, box->n_pod);
}
