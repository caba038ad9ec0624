/* SPDX-License-Identifier: Apache-2.0 */
/* The stages, in order, each a file of its own:
 *
 *	inventory   what was put
 *	ruleset     the policies in the order of evaluation; which apply to which pod shapes
 *	prefix      the classes of addresses that the blocks in use divide the world into
 *	shape       (pod shape, prefix class) for every address
 *	identity    shapes that the rules in use cannot tell apart
 *	row         for each set of policies and direction: identity → port map
 *
 * A commit computes them from scratch into a new struct compiled; the one before is freed. */
#include "engine/internal.h"

#include <stdlib.h>
#include <string.h>

struct ward_engine *ward_engine_new(struct ward_symbols *symbols, ward_sym node)
{
	struct ward_engine *engine = ward_new(struct ward_engine);

	engine->node = node;
	inventory_init(&engine->inventory, symbols);
	return engine;
}

struct ward_engine *ward_engine_free(struct ward_engine *engine)
{
	if (!engine)
		return NULL;
	engine->compiled = compiled_free(engine->compiled);
	for (uint32_t i = 0; i < engine->policies.n; i++)
		ward_policy_free(engine->policies.items[i]);
	ward_vec_done(&engine->policies);
	for (uint32_t i = 0; i < engine->retired.n; i++)
		ward_policy_free(engine->retired.items[i]);
	ward_vec_done(&engine->retired);
	inventory_done(&engine->inventory);
	free(engine);
	return NULL;
}

void ward_engine_put(struct ward_engine *engine, const struct ward_object *object)
{
	inventory_put(&engine->inventory, object);
}

void ward_engine_put_policy(struct ward_engine *engine, struct ward_policy *policy)
{
	ward_vec_push(&engine->policies, policy);
}

bool ward_engine_remove(struct ward_engine *engine, enum ward_kind kind, ward_sym ns, ward_sym name)
{
	uint32_t n = 0, before = engine->policies.n;

	if (inventory_remove(&engine->inventory, kind, ns, name))
		return true;
	for (uint32_t i = 0; i < before; i++) {
		struct ward_policy *policy = engine->policies.items[i];
		const struct ward_object *origin = &policy->origin;

		if (origin->kind != kind || origin->ns != ns || origin->name != name)
			engine->policies.items[n++] = policy;
		else
			ward_vec_push(&engine->retired, policy); /* the tables still speak of it */
	}
	engine->policies.n = n;
	return n != before;
}

const struct ward_tables *ward_engine_commit(struct ward_engine *engine)
{
	struct compiled *compiled = compiled_new(engine);

	compiled_free(engine->compiled);
	engine->compiled = compiled;
	compiled->tables.version = ++engine->version;
	for (uint32_t i = 0; i < engine->retired.n; i++)
		ward_policy_free(engine->retired.items[i]);
	ward_vec_clear(&engine->retired);
	return &compiled->tables;
}

const struct ward_tables *ward_engine_tables(const struct ward_engine *engine)
{
	return &engine->compiled->tables;
}

struct ward_labels ward_engine_labels(const struct ward_engine *engine, uint32_t labels)
{
	return inventory_labels(&engine->inventory, labels);
}

struct ward_labels ward_engine_namespace_labels(const struct ward_engine *engine, ward_sym ns)
{
	uint32_t index = inventory_find_namespace(&engine->inventory, ns);

	if (index == WARD_NONE)
		return (struct ward_labels){};
	return inventory_labels(&engine->inventory,
				engine->inventory.namespaces.items[index].labels);
}

struct ward_symbols *ward_engine_symbols(const struct ward_engine *engine)
{
	return engine->inventory.symbols;
}

uint32_t ward_engine_find(const struct ward_engine *engine, enum ward_kind kind, ward_sym ns,
			  ward_sym name)
{
	const struct ward_tables *tables = ward_engine_tables(engine);

	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		const struct ward_object *object = &tables->endpoints[i].object;

		if (object->kind == kind && object->ns == ns && object->name == name)
			return i;
	}
	return WARD_NONE;
}
