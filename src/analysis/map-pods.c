/* SPDX-License-Identifier: Apache-2.0 */
/* The places that are workloads.  Pods stand together under their owner when policies treat them
 * alike, and each for itself when not. */
#include <stdio.h>
#include <string.h>

#include "analysis/map-build.h"
#include "base/bits.h"
#include "kube/pod.h"

/* The endpoints of one owner. */
struct family {
	struct ward_object owner;
	WARD_VEC(uint32_t) endpoints;
};

struct families {
	struct ward_intern keys; /* owner → index into list */
	WARD_VEC(struct family) list;
};

static const char *str(const struct ward_map_builder *builder, ward_sym sym)
{
	return ward_symbol_str(builder->map->symbols, sym);
}

static const char *place_id(struct ward_map_builder *builder, const struct ward_object *object)
{
	_cleanup_free_ char *id =
		ward_format("%s/%s[%s]", str(builder, object->ns), str(builder, object->name),
			    ward_kind_str(object->kind));

	return ward_arena_strndup(&builder->map->arena, id, strlen(id));
}

static struct ward_object endpoint_owner(const struct ward_map_builder *builder,
					 const struct ward_endpoint *endpoint)
{
	struct ward_object owner = endpoint->object;
	const struct ward_object *object =
		ward_snapshot_find(builder->snapshot, owner.kind, owner.ns, owner.name);

	if (object && !builder->options->pods) {
		const struct ward_pod *pod = (const struct ward_pod *)object;

		owner.kind = pod->owner_kind;
		owner.name = pod->owner;
	}
	return owner;
}

static uint32_t endpoint_class(struct ward_map_builder *builder,
			       const struct ward_endpoint *endpoint)
{
	const struct ward_tables *tables = builder->tables;
	struct ward_place_class class = {
		.row = {endpoint->row[0], endpoint->row[1]},
		.identity = {WARD_NONE, WARD_NONE, WARD_NONE},
	};

	for (uint32_t i = 0; i < endpoint->n_addresses; i++) {
		const struct ward_address *address = &tables->own[endpoint->first_address + i];
		uint32_t *identity = &class.identity[address->ip.family];

		if (*identity == WARD_NONE)
			*identity = tables->shape_identity[address->shape];
	}
	if (!endpoint->n_addresses)
		class.identity[WARD_FAMILY_NONE] = tables->shape_identity[endpoint->shape];
	return ward_intern(&builder->classes, &class, sizeof(class));
}

/* The names of its groups, each once, in order of declaration. */
static void place_set_groups(struct ward_map_builder *builder, struct ward_place *place,
			     const struct ward_endpoint *endpoint)
{
	ward_sym *names = ward_arena_new_n(&builder->map->arena, ward_sym, builder->groups.list.n);

	place->groups = names;
	for (uint32_t i = 0; i < builder->groups.list.n; i++) {
		const struct ward_group_entry *entry = &builder->groups.list.items[i];
		bool known = false;

		if (!ward_members_have(builder->engine, &entry->members, endpoint))
			continue;
		for (uint32_t k = 0; k < place->n_groups; k++)
			known |= names[k] == entry->name;
		if (!known)
			names[place->n_groups++] = entry->name;
	}
}

static bool is_asked(const struct ward_map_builder *builder, const struct ward_endpoint *endpoint)
{
	const struct ward_map_options *options = builder->options;

	return (!options->ns || endpoint->object.ns == options->ns) &&
	       (!options->focus ||
		ward_bits_has(options->focus, (uint32_t)(endpoint - builder->tables->endpoints)));
}

static struct ward_place_draft place_make(struct ward_map_builder *builder,
					  const struct ward_object *object,
					  const struct ward_endpoint *endpoint)
{
	struct ward_place_draft draft = {
		.class = endpoint_class(builder, endpoint),
		.place =
			{
				.id = place_id(builder, object),
				.asked = is_asked(builder, endpoint),
				.endpoint = (uint32_t)(endpoint - builder->tables->endpoints),
				.kind = object->kind,
				.ns = object->ns,
				.name = object->name,
				.environment = ward_labels_get(
					ward_engine_namespace_labels(builder->engine, object->ns),
					WARD_SYM_ENV),
			},
	};

	for (int direction = 0; direction < WARD_N_DIRECTION; direction++) {
		uint32_t row = endpoint->row[direction];

		if (row != WARD_NONE)
			draft.place.isolated[direction] = builder->tables->rows[row].isolated;
	}
	place_set_groups(builder, &draft.place, endpoint);
	return draft;
}

static bool drafts_are_alike(const struct ward_place_draft *a, const struct ward_place_draft *b)
{
	return a->class == b->class && a->place.n_groups == b->place.n_groups &&
	       (!a->place.n_groups || memcmp(a->place.groups, b->place.groups,
					     a->place.n_groups * sizeof(ward_sym)) == 0);
}

static void family_add_places(struct ward_map_builder *builder, const struct family *family)
{
	const struct ward_endpoint *endpoints = builder->tables->endpoints;
	uint32_t first = builder->places.n;
	bool alike = true, asked = false;
	const char *id;

	for (uint32_t i = 0; i < family->endpoints.n; i++) {
		const struct ward_endpoint *endpoint = &endpoints[family->endpoints.items[i]];
		struct ward_place_draft draft = place_make(builder, &endpoint->object, endpoint);

		ward_vec_push(&builder->places, draft);
		alike &= drafts_are_alike(&draft, &builder->places.items[first]);
		asked |= draft.place.asked;
	}
	id = place_id(builder, &family->owner);
	if (alike) {
		struct ward_place *place = &builder->places.items[first].place;

		builder->places.n = first + 1;
		builder->places.items[first].place.asked = asked;
		place->kind = family->owner.kind;
		place->name = family->owner.name;
		place->id = id;
		return;
	}
	for (uint32_t i = first; i < builder->places.n; i++)
		builder->places.items[i].place.differs = id;
}

static void families_add(struct families *families, const struct ward_object *owner,
			 uint32_t endpoint)
{
	uint32_t key[] = {owner->kind, owner->ns, owner->name};
	uint32_t index = ward_intern(&families->keys, key, sizeof(key));

	if (index == families->list.n)
		ward_vec_push(&families->list, ((struct family){.owner = *owner}));
	ward_vec_push(&families->list.items[index].endpoints, endpoint);
}

static int place_cmp(const void *a, const void *b, void *symbols)
{
	const struct ward_place *x = &((const struct ward_place_draft *)a)->place;
	const struct ward_place *y = &((const struct ward_place_draft *)b)->place;
	int cmp = ward_symbol_cmp(symbols, x->ns, y->ns);

	if (!cmp)
		cmp = ward_symbol_cmp(symbols, x->name, y->name);
	return cmp ? cmp : strcmp(ward_kind_str(x->kind), ward_kind_str(y->kind));
}

static void skip(struct ward_map_builder *builder, const struct ward_endpoint *endpoint)
{
	ward_vec_push(&builder->skipped,
		      ((struct ward_skipped){
			      .id = place_id(builder, &endpoint->object),
			      .why = endpoint->host_network ? "uses the network of its node"
							    : "is finished",
		      }));
}

void ward_map_add_pods(struct ward_map_builder *builder)
{
	struct families families = {};

	for (uint32_t i = 0; i < builder->tables->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &builder->tables->endpoints[i];
		struct ward_object owner = endpoint_owner(builder, endpoint);

		if (endpoint->managed)
			families_add(&families, &owner, i);
		else
			skip(builder, endpoint);
	}
	for (uint32_t i = 0; i < families.list.n; i++) {
		family_add_places(builder, &families.list.items[i]);
		ward_vec_done(&families.list.items[i].endpoints);
	}
	if (builder->places.n)
		qsort_r(builder->places.items, builder->places.n, sizeof(*builder->places.items),
			place_cmp, (void *)builder->map->symbols);
	ward_intern_done(&families.keys);
	ward_vec_done(&families.list);
}
