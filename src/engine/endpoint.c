/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints: a pod's way into shapes and addresses, and out again. */
#include "engine/internal.h"

static bool is_of_interest(const struct ward_engine *engine, const struct inventory_pod *pod)
{
	return inventory_pod_is_managed(pod) &&
	       (engine->node == WARD_NONE || engine->node == pod->node);
}

static void subject_join(struct compiled *compiled, uint32_t slot)
{
	struct endpoint_state *state = &compiled->states.items[slot];
	struct pod_shape_state *shape = &compiled->shapes.states.items[state->pod_shape];

	state->next = shape->first_subject;
	state->previous = WARD_NONE;
	if (state->next != WARD_NONE)
		compiled->states.items[state->next].previous = slot;
	shape->first_subject = slot;
	if (shape->n_subjects++ == 0)
		shapes_touch_subject(&compiled->shapes, state->pod_shape);
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		compiled->endpoints.items[slot].row[d] = shape->row[d];
}

static void subject_leave(struct compiled *compiled, uint32_t slot)
{
	struct endpoint_state *state = &compiled->states.items[slot];
	struct pod_shape_state *shape = &compiled->shapes.states.items[state->pod_shape];

	if (state->next != WARD_NONE)
		compiled->states.items[state->next].previous = state->previous;
	if (state->previous != WARD_NONE)
		compiled->states.items[state->previous].next = state->next;
	else
		shape->first_subject = state->next;
	if (--shape->n_subjects == 0)
		shapes_touch_subject(&compiled->shapes, state->pod_shape);
}

static void shape_join(struct compiled *compiled, uint32_t slot)
{
	struct endpoint_state *state = &compiled->states.items[slot];
	struct pod_shape_state *shape;

	if (state->pod_shape == WARD_NONE)
		return;
	shape = &compiled->shapes.states.items[state->pod_shape];
	if (shape->n_pods++ == 0) {
		compiled->shapes.n_live++;
		shapes_touch_peer(&compiled->shapes, state->pod_shape);
	}
	if (state->is_subject)
		subject_join(compiled, slot);
}

static void shape_leave(struct compiled *compiled, uint32_t slot)
{
	struct endpoint_state *state = &compiled->states.items[slot];

	if (state->pod_shape == WARD_NONE)
		return;
	if (--compiled->shapes.states.items[state->pod_shape].n_pods == 0)
		compiled->shapes.n_live--;
	if (state->is_subject)
		subject_leave(compiled, slot);
}

static void slot_make(struct compiled *compiled, uint32_t slot)
{
	struct endpoint_state none = {.pod_shape = WARD_NONE};

	while (compiled->endpoints.n <= slot) {
		ward_vec_push(&compiled->endpoints, (struct ward_endpoint){});
		ward_vec_push(&compiled->states, none);
	}
}

void endpoint_update(struct compiled *compiled, const struct ward_engine *engine, uint32_t slot)
{
	const struct inventory_pod *pod = &engine->inventory.pods.items[slot];
	bool is_managed = inventory_pod_is_managed(pod);
	uint32_t pod_shape = is_managed ? shapes_intern_pod(&compiled->shapes, pod) : WARD_NONE;
	struct endpoint_state *state;

	slot_make(compiled, slot);
	shape_leave(compiled, slot);
	compiled->endpoints.items[slot] = (struct ward_endpoint){
		.object = pod->object,
		.live = pod->live,
		.node = pod->node,
		.managed = is_managed,
		.host_network = pod->live && pod->host_network,
		.labels = pod->labels,
		.shape = shapes_intern(&compiled->shapes, pod_shape, 0),
		.row = {WARD_NONE, WARD_NONE},
	};
	state = &compiled->states.items[slot];
	state->pod_shape = pod_shape;
	state->is_subject = is_of_interest(engine, pod);
	shape_join(compiled, slot);
}

void endpoint_claim(struct compiled *compiled, const struct ward_engine *engine, uint32_t slot)
{
	const struct inventory_pod *pod = &engine->inventory.pods.items[slot];
	struct endpoint_state *state = &compiled->states.items[slot];
	struct ward_endpoint *endpoint = &compiled->endpoints.items[slot];
	struct ward_address as = {
		.endpoint = slot,
		.node = endpoint->managed ? WARD_NONE
					  : inventory_find_node(&engine->inventory, pod->node),
	};
	uint32_t n = pod->live && !pod->finished ? pod->ips.n : 0;

	addresses_claim(&compiled->addresses, &as, pod->ips.items, n, &state->span);
	addresses_shape(&compiled->addresses, &compiled->shapes, &compiled->ruleset.prefixes,
			&state->span, state->pod_shape);
	endpoint->first_address = state->span.first;
	endpoint->n_addresses = state->span.n;
	ward_vec_push(&compiled->changed_endpoints, slot);
}

void endpoints_take_rows(struct compiled *compiled, uint32_t pod_shape)
{
	const struct pod_shape_state *shape = &compiled->shapes.states.items[pod_shape];

	for (uint32_t slot = shape->first_subject; slot != WARD_NONE;
	     slot = compiled->states.items[slot].next) {
		for (int d = 0; d < WARD_N_DIRECTION; d++)
			compiled->endpoints.items[slot].row[d] = shape->row[d];
		ward_vec_push(&compiled->changed_endpoints, slot);
	}
}
