/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/index.h"

#include <string.h>

enum space {
	SPACE_NAMESPACE,
	SPACE_POD,
	SPACE_PORT,
};

/* The value part of a term that stands for "present, whatever the value". */
enum {
	ANY_VALUE = WARD_NONE
};

static const number_list nobody;

static void file(struct index *index, enum space space, uint32_t key, uint32_t value,
		 uint32_t number)
{
	uint32_t term[] = {space, key, value};
	uint32_t id = ward_intern(&index->terms, term, sizeof(term));
	number_list *list;

	if (id == index->has.n)
		ward_vec_push(&index->has, (number_list){});
	list = &index->has.items[id];
	if (!list->n || list->items[list->n - 1] != number)
		ward_vec_push(list, number);
}

static const number_list *look(const struct index *index, enum space space, uint32_t key,
			       uint32_t value)
{
	uint32_t term[] = {space, key, value};
	uint32_t id = ward_intern_find(&index->terms, term, sizeof(term));

	return id == WARD_NONE ? &nobody : &index->has.items[id];
}

static void file_labels(struct index *index, enum space space, struct ward_labels labels,
			uint32_t number)
{
	for (uint32_t i = 0; i < labels.n; i++) {
		file(index, space, labels.items[i].key, labels.items[i].value, number);
		file(index, space, labels.items[i].key, ANY_VALUE, number);
	}
}

void index_namespace(struct index *index, uint32_t ns)
{
	ward_vec_push(&index->stale, ns);
}

static void namespaces_read(struct index *index, const struct inventory *inventory)
{
	for (uint32_t i = 0; i < index->stale.n; i++) {
		uint32_t ns = index->stale.items[i];

		file_labels(index, SPACE_NAMESPACE,
			    inventory_labels(inventory, inventory->namespaces.items[ns].labels),
			    ns);
	}
	ward_vec_clear(&index->stale);
}

void index_add_pod(struct index *index, const struct inventory *inventory, uint32_t pod_shape,
		   uint32_t ns, uint32_t labels, uint32_t ports)
{
	uint32_t n;
	const struct named_port *named = inventory_ports(inventory, ports, &n);

	while (index->of_namespace.n <= ns)
		ward_vec_push(&index->of_namespace, (number_list){});
	ward_vec_push(&index->of_namespace.items[ns], pod_shape);
	file_labels(index, SPACE_POD, inventory_labels(inventory, labels), pod_shape);
	for (uint32_t i = 0; i < n; i++)
		file(index, SPACE_PORT, named[i].name, ANY_VALUE, pod_shape);
}

const number_list *index_port(const struct index *index, ward_sym name)
{
	return look(index, SPACE_PORT, name, ANY_VALUE);
}

const number_list *index_of_namespace(const struct index *index, uint32_t ns)
{
	return ns < index->of_namespace.n ? &index->of_namespace.items[ns] : &nobody;
}

/* The lists under which whoever satisfies the constraint is filed, one after the other. */
static const number_list *constraint_list(const struct index *index, enum space space,
					  const struct constraint *constraint, uint32_t i)
{
	if (constraint->except)
		return i ? NULL : look(index, space, constraint->key, ANY_VALUE);
	return i < constraint->n_values ? look(index, space, constraint->key, constraint->values[i])
					: NULL;
}

static void append(number_list *to, const number_list *from)
{
	for (uint32_t i = 0; to && i < from->n; i++)
		ward_vec_push(to, from->items[i]);
}

/* How many pod shapes the constraint leaves, and, if @ret is given, which. */
static uint64_t constraint_find(const struct index *index, enum space space,
				const struct constraint *constraint, number_list *ret)
{
	const number_list *list;
	uint64_t n = 0;

	for (uint32_t i = 0; (list = constraint_list(index, space, constraint, i)); i++) {
		if (space == SPACE_POD) {
			append(ret, list);
			n += list->n;
			continue;
		}
		for (uint32_t k = 0; k < list->n; k++) {
			const number_list *shapes = index_of_namespace(index, list->items[k]);

			append(ret, shapes);
			n += shapes->n;
		}
	}
	return n;
}

bool index_candidates(struct index *index, const struct inventory *inventory,
		      const struct scope_form *scope, number_list *ret_pod_shapes)
{
	uint32_t best = WARD_NONE;
	uint64_t fewest = UINT64_MAX;

	namespaces_read(index, inventory);
	for (uint32_t i = 0; i < scope->n_namespace + scope->n_pod; i++) {
		enum space space = i < scope->n_namespace ? SPACE_NAMESPACE : SPACE_POD;
		uint64_t n;

		if (!constraint_demands(&scope->constraints[i]))
			continue;
		n = constraint_find(index, space, &scope->constraints[i], NULL);
		if (n < fewest) {
			fewest = n;
			best = i;
		}
	}
	if (best == WARD_NONE)
		return false;
	constraint_find(index, best < scope->n_namespace ? SPACE_NAMESPACE : SPACE_POD,
			&scope->constraints[best], ret_pod_shapes);
	return true;
}

void index_done(struct index *index)
{
	for (uint32_t i = 0; i < index->has.n; i++)
		ward_vec_done(&index->has.items[i]);
	for (uint32_t i = 0; i < index->of_namespace.n; i++)
		ward_vec_done(&index->of_namespace.items[i]);
	ward_vec_done(&index->has);
	ward_vec_done(&index->of_namespace);
	ward_vec_done(&index->stale);
	ward_intern_done(&index->terms);
}
