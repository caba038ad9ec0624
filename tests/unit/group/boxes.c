/* SPDX-License-Identifier: Apache-2.0 */
/* The algebra of groups against brute force: random expressions of union, intersection and
 * difference over random selectors, asked about every pod of a small world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "group/boxes.h"

enum {
	TRIALS = 30000,
	DEPTH = 4,
	KEYS = 2, /* of namespaces, and of pods */
	VALUES = 3,
	SPOKEN = 2,			      /* of those, by selectors */
	STATES = (VALUES + 1) * (VALUES + 1), /* a label is missing or has one */
	PODS = STATES * STATES,
};

struct trial {
	uint64_t rng;
	struct ward_arena arena;
	uint32_t n_overflown, n_nobody, most, n_boxes;
};

/* Who is in, by pod of the small world. */
struct members {
	bool in[PODS];
};

static uint32_t below(struct trial *trial, uint32_t n)
{
	trial->rng = trial->rng * 6364136223846793005u + 1442695040888963407u;
	return (trial->rng >> 33) % n;
}

/* The labels of state @state, into room for KEYS. */
static struct ward_labels labels_of(uint32_t state, struct ward_label *items)
{
	struct ward_labels labels = {.items = items};

	for (uint32_t key = 0; key < KEYS; key++, state /= VALUES + 1)
		if (state % (VALUES + 1))
			items[labels.n++] = (struct ward_label){100 + key, state % (VALUES + 1)};
	return labels;
}

static struct ward_selector random_selector(struct trial *trial)
{
	uint32_t n = below(trial, KEYS + 1);
	struct ward_requirement *items =
		ward_arena_new_n(&trial->arena, struct ward_requirement, n + 1);
	uint32_t key = 100;

	for (uint32_t i = 0; i < n; i++) {
		ward_sym *values = ward_arena_new_n(&trial->arena, ward_sym, VALUES);

		key += below(trial, KEYS - (key - 100)); /* sorted; may come again */
		items[i] = (struct ward_requirement){.key = key,
						     .op = below(trial, WARD_N_OP),
						     .values = values};
		for (ward_sym value = 1; items[i].op < WARD_OP_EXISTS && value <= SPOKEN; value++)
			if (below(trial, 2) || (value == SPOKEN && !items[i].n_values))
				values[items[i].n_values++] = value;
	}
	return (struct ward_selector){n, items};
}

static void leaf(struct trial *trial, struct ward_boxes *boxes, struct members *members)
{
	struct ward_selector namespaces = random_selector(trial), pods = random_selector(trial);
	struct ward_label of_ns[KEYS], of_pod[KEYS];

	ward_boxes_add(&trial->arena, boxes, &namespaces, &pods);
	for (uint32_t i = 0; i < PODS; i++)
		members->in[i] = ward_selector_matches(&namespaces, labels_of(i / STATES, of_ns)) &&
				 ward_selector_matches(&pods, labels_of(i % STATES, of_pod));
}

static void expression(struct trial *trial, uint32_t depth, struct ward_boxes *boxes,
		       struct members *members)
{
	struct ward_boxes other = {};
	struct members theirs;
	uint32_t what = depth ? below(trial, 4) : 0;

	if (!what) {
		leaf(trial, boxes, members);
		return;
	}
	expression(trial, depth - 1, boxes, members);
	expression(trial, depth - 1, &other, &theirs);
	if (what == 1)
		ward_boxes_or(boxes, &other);
	else if (what == 2)
		ward_boxes_and(&trial->arena, boxes, &other);
	else
		ward_boxes_minus(&trial->arena, boxes, &other);
	for (uint32_t i = 0; i < PODS; i++)
		members->in[i] = what == 1   ? members->in[i] || theirs.in[i]
				 : what == 2 ? members->in[i] && theirs.in[i]
					     : members->in[i] && !theirs.in[i];
	ward_boxes_done(&other);
}

/* What is asked are the selectors that would be rendered, not the boxes. */
static bool rendered_has(const struct ward_selector *selectors, uint32_t n, struct ward_labels ns,
			 struct ward_labels pod)
{
	for (uint32_t i = 0; i < n; i++)
		if (ward_selector_matches(&selectors[2 * i], ns) &&
		    ward_selector_matches(&selectors[2 * i + 1], pod))
			return true;
	return false;
}

static void check(struct trial *trial, const struct ward_boxes *boxes,
		  const struct members *members)
{
	struct ward_selector *selectors =
		ward_arena_new_n(&trial->arena, struct ward_selector, 2 * boxes->list.n + 1);
	struct ward_label of_ns[KEYS], of_pod[KEYS];
	bool nobody = true;

	for (uint32_t i = 0; i < boxes->list.n; i++)
		ward_box_selectors(&trial->arena, &boxes->list.items[i], &selectors[2 * i],
				   &selectors[2 * i + 1]);
	for (uint32_t i = 0; i < PODS; i++) {
		struct ward_labels ns = labels_of(i / STATES, of_ns);
		struct ward_labels pod = labels_of(i % STATES, of_pod);

		assert_int_equal(ward_boxes_have(boxes, ns, pod), members->in[i]);
		assert_int_equal(rendered_has(selectors, boxes->list.n, ns, pod), members->in[i]);
		nobody &= !members->in[i];
	}
	trial->n_nobody += nobody;
	trial->n_boxes += boxes->list.n;
	if (boxes->list.n > trial->most)
		trial->most = boxes->list.n;
}

static void algebra_is_exact(void **state)
{
	struct trial trial = {.rng = 7};

	for (uint32_t i = 0; i < TRIALS; i++) {
		struct ward_boxes boxes = {};
		struct members members;

		expression(&trial, 1 + below(&trial, DEPTH), &boxes, &members);
		if (boxes.overflow)
			trial.n_overflown++;
		else
			check(&trial, &boxes, &members);
		ward_boxes_done(&boxes);
		ward_arena_done(&trial.arena);
		trial.arena = (struct ward_arena){};
	}
	printf("%u expressions over %u pods: none wrong; %u selector pairs at most, %.1f on "
	       "average, nobody %u times, too many %u times\n",
	       TRIALS, PODS, trial.most, (double)trial.n_boxes / TRIALS, trial.n_nobody,
	       trial.n_overflown);
	assert_true(trial.n_overflown < TRIALS / 100);
	assert_true(trial.n_nobody < TRIALS / 3);
}

static void of_boxes_within_others_the_largest_stays(void **state)
{
	static const ward_sym one = 1;
	const struct ward_requirement exists = {.key = 100, .op = WARD_OP_EXISTS};
	const struct ward_requirement is_one = {
		.key = 100, .op = WARD_OP_IN, .n_values = 1, .values = &one};
	const struct ward_selector all = {}, wide = {1, &exists}, narrow = {1, &is_one};
	struct ward_arena arena = {};
	struct ward_boxes boxes = {}, other = {}, none = {};

	ward_boxes_add(&arena, &boxes, &all, &narrow);
	ward_boxes_add(&arena, &boxes, &all, &wide);
	ward_boxes_add(&arena, &boxes, &wide, &narrow);
	assert_int_equal(boxes.list.n, 1);
	assert_true(boxes.list.items[0].constraints[0].except);
	ward_boxes_or(&other, &boxes);
	ward_boxes_minus(&arena, &boxes, &other);
	assert_int_equal(boxes.list.n, 0);
	ward_boxes_minus(&arena, &none, &other);
	assert_int_equal(none.list.n, 0);
	ward_boxes_done(&boxes);
	ward_boxes_done(&other);
	ward_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(algebra_is_exact),
		cmocka_unit_test(of_boxes_within_others_the_largest_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
