/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/shape.h"

const struct pod_shape *shapes_pod(const struct shapes *shapes, uint32_t pod_shape)
{
	return ward_intern_bytes(&shapes->pods, pod_shape, NULL);
}

const struct shape *shapes_get(const struct shapes *shapes, uint32_t shape)
{
	return ward_intern_bytes(&shapes->all, shape, NULL);
}

uint32_t shapes_intern_pod(struct shapes *shapes, const struct inventory_pod *pod)
{
	struct pod_shape shape = {.ns = pod->ns, .labels = pod->labels, .ports = pod->ports};
	struct pod_shape_state state = {
		.first_subject = WARD_NONE,
		.first_shape = WARD_NONE,
		.row = {WARD_NONE, WARD_NONE},
		.signature = WARD_NONE,
	};
	uint32_t id = ward_intern(&shapes->pods, &shape, sizeof(shape));

	if (id == shapes->states.n)
		ward_vec_push(&shapes->states, state);
	return id;
}

uint32_t shapes_intern(struct shapes *shapes, uint32_t pod_shape, uint32_t class)
{
	struct shape shape = {.pod = pod_shape, .class = class};
	uint32_t id = ward_intern(&shapes->all, &shape, sizeof(shape));
	uint32_t *first =
		pod_shape == WARD_NONE ? NULL : &shapes->states.items[pod_shape].first_shape;

	if (id != shapes->next.n)
		return id;
	ward_vec_push(&shapes->next, first ? *first : WARD_NONE);
	if (first)
		*first = id;
	return id;
}

void shapes_touch_subject(struct shapes *shapes, uint32_t pod_shape)
{
	struct pod_shape_state *state = &shapes->states.items[pod_shape];

	if (state->is_subject_dirty)
		return;
	state->is_subject_dirty = true;
	ward_vec_push(&shapes->dirty_subjects, pod_shape);
}

void shapes_touch_peer(struct shapes *shapes, uint32_t pod_shape)
{
	struct pod_shape_state *state = &shapes->states.items[pod_shape];

	if (state->is_peer_dirty)
		return;
	state->is_peer_dirty = true;
	ward_vec_push(&shapes->dirty_peers, pod_shape);
}

static void index_catch_up(struct shapes *shapes, const struct inventory *inventory)
{
	for (; shapes->index.n_pods < shapes->pods.n; shapes->index.n_pods++) {
		const struct pod_shape *shape = shapes_pod(shapes, shapes->index.n_pods);

		index_add_pod(&shapes->index, inventory, shapes->index.n_pods, shape->ns,
			      shape->labels, shape->ports);
	}
}

static bool is_live(const struct shapes *shapes, uint32_t pod_shape)
{
	return shapes->states.items[pod_shape].n_pods > 0;
}

static void append_live(const struct shapes *shapes, const number_list *from,
			number_list *ret_pod_shapes)
{
	for (uint32_t i = 0; i < from->n; i++)
		if (is_live(shapes, from->items[i]))
			ward_vec_push(ret_pod_shapes, from->items[i]);
}

void shapes_find(struct shapes *shapes, const struct inventory *inventory,
		 const struct scope_form *scope, number_list *ret_pod_shapes)
{
	number_list candidates = {};

	index_catch_up(shapes, inventory);
	if (!index_candidates(&shapes->index, inventory, scope, &candidates))
		for (uint32_t i = 0; i < shapes->pods.n; i++)
			ward_vec_push(&candidates, i);
	for (uint32_t i = 0; i < candidates.n; i++) {
		const struct pod_shape *shape = shapes_pod(shapes, candidates.items[i]);
		uint32_t ns = inventory->namespaces.items[shape->ns].labels;

		if (is_live(shapes, candidates.items[i]) &&
		    scope_holds(scope, inventory_labels(inventory, ns),
				inventory_labels(inventory, shape->labels)))
			ward_vec_push(ret_pod_shapes, candidates.items[i]);
	}
	ward_vec_done(&candidates);
}

void shapes_find_port(struct shapes *shapes, const struct inventory *inventory, ward_sym name,
		      number_list *ret_pod_shapes)
{
	index_catch_up(shapes, inventory);
	append_live(shapes, index_port(&shapes->index, name), ret_pod_shapes);
}

void shapes_find_namespace(struct shapes *shapes, const struct inventory *inventory, uint32_t ns,
			   number_list *ret_pod_shapes)
{
	index_catch_up(shapes, inventory);
	append_live(shapes, index_of_namespace(&shapes->index, ns), ret_pod_shapes);
}

void shapes_done(struct shapes *shapes)
{
	ward_intern_done(&shapes->pods);
	ward_intern_done(&shapes->all);
	ward_vec_done(&shapes->states);
	ward_vec_done(&shapes->next);
	ward_vec_done(&shapes->dirty_subjects);
	ward_vec_done(&shapes->dirty_peers);
	index_done(&shapes->index);
}
