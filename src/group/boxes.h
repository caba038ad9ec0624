/* SPDX-License-Identifier: Apache-2.0 */
/* The algebra of groups: sets of pods as unions of boxes.
 *
 * A box is what a plain pair of selectors says, {namespaceSelector, podSelector}: constraints on
 * labels of the namespace and on labels of the pod, all of which must hold.  Every operator of a
 * selector has its complement in the language, so union, intersection and difference of such
 * unions are such unions again, and exactly so: whatever groups are made of, nesting and exclusion
 * included, NetworkPolicy can say it.
 *
 *	A ∪ B   the boxes of both
 *	A ∩ B   every box of A with every box of B
 *	A ∖ B   for each box of B: A without it, once for each constraint that fails
 *
 * After each step a box that nothing satisfies is gone, and one that lies in another is too. */
#pragma once

#include "base/vec.h"
#include "kube/constraint.h"

struct ward_box {
	uint32_t n_namespace, n_pod;
	const struct ward_constraint *constraints; /* of namespaces, then of pods; each by key */
};

enum {
	WARD_BOXES_MAX = 64 /* what a group may need; more is a finding */
};

struct ward_boxes {
	WARD_VEC(struct ward_box) list; /* none: nobody */
	bool overflow;			/* it would take too many: the list means nothing */
};

static inline void ward_boxes_done(struct ward_boxes *boxes)
{
	ward_vec_done(&boxes->list);
}

/* Adds the pods that both selectors select. */
void ward_boxes_add(struct ward_arena *arena, struct ward_boxes *boxes,
		    const struct ward_selector *namespaces, const struct ward_selector *pods);

/* These change @boxes; what they point to is in @arena. */
void ward_boxes_or(struct ward_boxes *boxes, const struct ward_boxes *other);
void ward_boxes_and(struct ward_arena *arena, struct ward_boxes *boxes,
		    const struct ward_boxes *other);
void ward_boxes_minus(struct ward_arena *arena, struct ward_boxes *boxes,
		      const struct ward_boxes *other);

bool ward_box_has(const struct ward_box *box, struct ward_labels ns, struct ward_labels pod);
bool ward_boxes_have(const struct ward_boxes *boxes, struct ward_labels ns, struct ward_labels pod);

/* The two selectors of a box, made in @arena. */
void ward_box_selectors(struct ward_arena *arena, const struct ward_box *box,
			struct ward_selector *ret_namespaces, struct ward_selector *ret_pods);
