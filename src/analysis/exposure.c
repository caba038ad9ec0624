/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/exposure.h"

#include <string.h>

#include "analysis/exposure-build.h"
#include "analysis/mask.h"
#include "analysis/space-build.h"
#include "base/bits.h"

static void set(uint64_t *values, uint32_t value)
{
	values[value / 64] |= UINT64_C(1) << (value % 64);
}

/* The services that the workload calls by each name. */
static const struct ward_mask *pin_names(struct ward_exposer *exposer, const struct ward_pod *pod)
{
	struct ward_space *space = &exposer->space;
	struct ward_mask *masks =
		ward_arena_new_n(&exposer->scratch, struct ward_mask, space->vars.n);

	for (uint32_t v = 0; v < space->vars.n; v++) {
		struct ward_mask_draft draft = {};

		if (space->vars.items[v].kind != WARD_VAR_NAME)
			continue;
		for (uint32_t i = 0; i < pod->n_ports; i++) {
			const struct ward_container_port *port = &pod->ports[i];

			if (port->name != WARD_NONE &&
			    ward_space_sym(space, exposer->snapshot->symbols, port->name) ==
				    space->vars.items[v].key)
				ward_vec_push(&draft.spans,
					      ward_space_services(space, port->proto, port->number,
								  port->number));
		}
		masks[v] = ward_mask_make(&exposer->scratch, &draft);
	}
	return masks;
}

static void pin_addresses(struct ward_exposer *exposer, const struct ward_pod *pod)
{
	const struct ward_space *space = &exposer->space;
	uint64_t *values = exposer->own + space->vars.items[space->address].offset[WARD_TO];

	for (uint32_t i = 0; i < pod->n_ips; i++)
		set(values,
		    ward_space_pieces(space, (struct ward_ip_range){pod->ips[i], pod->ips[i]}).low);
	if (!pod->n_ips)
		set(values, space->pieces.n);
}

uint32_t ward_exposer_value(const struct ward_exposer *exposer, uint32_t var,
			    struct ward_labels labels)
{
	const struct ward_space *space = &exposer->space;
	const struct ward_symbols *symbols = exposer->snapshot->symbols;
	ward_sym key = ward_symbol_find(symbols, ward_symbol_str(&space->symbols,
								 space->vars.items[var].key));

	return ward_space_value(space, var, symbols,
				key == WARD_NONE ? WARD_NONE : ward_labels_get(labels, key));
}

/* The workload's end, as values. */
static void pin(struct ward_exposer *exposer, const struct ward_pod *pod, struct ward_labels ns)
{
	const struct ward_space *space = &exposer->space;

	memset(exposer->own, 0, space->n_words * sizeof(uint64_t));
	for (uint32_t v = 0; v < space->vars.n; v++) {
		const struct ward_var *var = &space->vars.items[v];
		struct ward_labels labels = var->kind == WARD_VAR_POD ? pod->labels : ns;

		if (var->kind == WARD_VAR_POD || var->kind == WARD_VAR_NAMESPACE)
			set(exposer->own + var->offset[WARD_TO],
			    ward_exposer_value(exposer, v, labels));
	}
	pin_addresses(exposer, pod);
	exposer->names = pin_names(exposer, pod);
}

static bool direction_expose(struct ward_exposer *exposer, enum ward_direction direction,
			     struct ward_exposed *exposed)
{
	exposer->direction = direction;
	exposer->subject = direction == WARD_EGRESS ? WARD_FROM : WARD_TO;
	exposer->other = WARD_FROM + WARD_TO - exposer->subject;
	exposer->n_terms = 0;
	ward_vec_clear(&exposer->rows);
	ward_exposer_find(exposer);
	ward_exposer_sift(exposer);
	exposed->peers[direction] = ward_exposer_peers(exposer, &exposed->n[direction]);
	return !ward_exposer_gives_up(exposer);
}

static void place_expose(struct ward_exposer *exposer, const struct ward_engine *engine,
			 const struct ward_place *place, struct ward_exposed *exposed)
{
	const struct ward_object *object =
		&ward_engine_tables(engine)->endpoints[place->endpoint].object;
	const struct ward_pod *pod =
		(const struct ward_pod *)ward_snapshot_find(exposer->snapshot, object->kind,
							    object->ns, object->name);

	pin(exposer, pod, ward_engine_namespace_labels(engine, object->ns));
	exposed->complete = true;
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		exposed->complete &= direction_expose(exposer, direction, exposed);
	ward_arena_clear(&exposer->scratch);
}

/* ---- the space ---- */

struct known {
	WARD_VEC(const struct ward_namespace *) namespaces;
	WARD_VEC(struct ward_container_port) ports;
};

static void known_find(const struct ward_snapshot *snapshot, const struct ward_port_set *only,
		       struct known *known)
{
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];
		const struct ward_pod *pod = (const struct ward_pod *)object;

		if (object && object->kind == WARD_KIND_NAMESPACE)
			ward_vec_push(&known->namespaces, (const struct ward_namespace *)object);
		for (uint32_t p = 0; object && ward_kind_is_pod(object->kind) && p < pod->n_ports;
		     p++)
			if (pod->ports[p].name != WARD_NONE)
				ward_vec_push(&known->ports, pod->ports[p]);
	}
	for (uint32_t i = 0; only && i < only->n; i++)
		ward_vec_push(&known->ports,
			      ((struct ward_container_port){WARD_NONE, only->ranges[i].proto,
							    only->ranges[i].low}));
}

static void space_make(struct ward_exposer *exposer, const struct ward_tables *tables,
		       const struct ward_port_set *only)
{
	struct known known = {};
	struct ward_space_source source = {
		.symbols = exposer->snapshot->symbols,
		.n_policies = tables->n_policies,
		.policies = tables->policies,
	};

	known_find(exposer->snapshot, only, &known);
	source.n_known = known.namespaces.n;
	source.known = known.namespaces.items;
	source.n_ports = known.ports.n;
	source.ports = known.ports.items;
	ward_space_init(&exposer->space, &source, 1);
	for (uint32_t i = 0; i < known.namespaces.n; i++)
		if (!known.namespaces.items[i]->implied)
			ward_vec_push(&exposer->given, known.namespaces.items[i]);
	ward_vec_done(&known.namespaces);
	ward_vec_done(&known.ports);
}

/* The services asked about. */
static void only_make(struct ward_exposer *exposer, const struct ward_port_set *only)
{
	const struct ward_space *space = &exposer->space;

	for (uint32_t i = 0; i < space->services.n; i++) {
		const struct ward_service_piece *piece = &space->services.items[i];
		bool asked = !only || (piece->proto == WARD_OTHER && only->other);

		for (uint32_t k = 0; only && k < only->n; k++)
			asked |= piece->proto == only->ranges[k].proto &&
				 piece->low >= only->ranges[k].low &&
				 piece->high <= only->ranges[k].high;
		if (asked)
			set(exposer->only, i);
	}
}

void ward_exposure_build(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
			 const struct ward_map *map, const struct ward_port_set *only,
			 struct ward_exposure *ret_exposure)
{
	struct ward_exposer exposer = {.snapshot = snapshot, .arena = &ret_exposure->arena};
	_cleanup_(ward_arena_done) struct ward_arena arena = {};
	struct ward_exposed *list;

	*ret_exposure = (struct ward_exposure){.map = map};
	space_make(&exposer, ward_engine_tables(engine), only);
	ret_exposure->has_blocks = exposer.space.has_blocks;
	exposer.only = ward_arena_new_n(&arena, uint64_t, exposer.space.n_words);
	exposer.own = ward_arena_new_n(&arena, uint64_t, exposer.space.n_words);
	exposer.words = ward_arena_new_n(&arena, uint64_t, exposer.space.n_words);
	only_make(&exposer, only);
	list = ward_arena_new_n(&ret_exposure->arena, struct ward_exposed, map->n_places);
	for (uint32_t i = 0; i < map->n_places; i++) {
		if (!map->places[i].asked)
			continue;
		list[ret_exposure->n].place = i;
		place_expose(&exposer, engine, &map->places[i], &list[ret_exposure->n++]);
	}
	ret_exposure->list = list;
	ward_vec_done(&exposer.given);
	ward_vec_done(&exposer.units);
	ward_vec_done(&exposer.rows);
	ward_regions_done(&exposer.regions);
	ward_arena_done(&exposer.scratch);
	ward_space_done(&exposer.space);
}

void ward_exposure_done(struct ward_exposure *exposure)
{
	ward_arena_done(&exposure->arena);
	*exposure = (struct ward_exposure){};
}
