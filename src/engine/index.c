/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/index.h"

/* The value part of a term that stands for "present, whatever the value". */
enum {
	ANY_VALUE = WARD_NONE
};

static const number_list nobody;

static void file(struct postings *postings, uint32_t key, uint32_t value, uint32_t number)
{
	uint32_t term[] = {key, value};
	uint32_t id = ward_intern(&postings->terms, term, sizeof(term));
	number_list *list;

	if (id == postings->of.n)
		ward_vec_push(&postings->of, (number_list){});
	list = &postings->of.items[id];
	if (!list->n || list->items[list->n - 1] != number)
		ward_vec_push(list, number);
}

static const number_list *look(const struct postings *postings, uint32_t key, uint32_t value)
{
	uint32_t term[] = {key, value};
	uint32_t id = ward_intern_find(&postings->terms, term, sizeof(term));

	return id == WARD_NONE ? &nobody : &postings->of.items[id];
}

static void file_labels(struct postings *postings, struct ward_labels labels, uint32_t number)
{
	for (uint32_t i = 0; i < labels.n; i++) {
		file(postings, labels.items[i].key, labels.items[i].value, number);
		file(postings, labels.items[i].key, ANY_VALUE, number);
	}
}

static void postings_done(struct postings *postings)
{
	for (uint32_t i = 0; i < postings->of.n; i++)
		ward_vec_done(&postings->of.items[i]);
	ward_vec_done(&postings->of);
	ward_intern_done(&postings->terms);
}

void index_namespace(struct index *index, uint32_t ns)
{
	if (ward_bits_has(&index->is_stale, ns))
		return;
	ward_bits_add(&index->is_stale, ns);
	ward_vec_push(&index->stale, ns);
}

/* All are to be read, and none is listed twice. */
static void namespaces_forget(struct index *index, const struct inventory *inventory)
{
	postings_done(&index->namespaces);
	index->n_read = 0;
	for (uint32_t ns = 0; ns < inventory->namespaces.n; ns++)
		index_namespace(index, ns);
}

static void namespaces_read(struct index *index, const struct inventory *inventory)
{
	if (index->n_read > 2 * inventory->namespaces.n + 64)
		namespaces_forget(index, inventory);
	index->n_read += index->stale.n;
	for (uint32_t i = 0; i < index->stale.n; i++) {
		uint32_t ns = index->stale.items[i];

		ward_bits_remove(&index->is_stale, ns);
		file_labels(&index->namespaces,
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
	file_labels(&index->pods, inventory_labels(inventory, labels), pod_shape);
	for (uint32_t i = 0; i < n; i++)
		file(&index->ports, named[i].name, ANY_VALUE, pod_shape);
}

const number_list *index_port(const struct index *index, ward_sym name)
{
	return look(&index->ports, name, ANY_VALUE);
}

const number_list *index_of_namespace(const struct index *index, uint32_t ns)
{
	return ns < index->of_namespace.n ? &index->of_namespace.items[ns] : &nobody;
}

/* The lists under which whoever satisfies the constraint is filed, one after the other. */
static const number_list *constraint_list(const struct postings *postings,
					  const struct ward_constraint *constraint, uint32_t i)
{
	if (constraint->except)
		return i ? NULL : look(postings, constraint->key, ANY_VALUE);
	return i < constraint->n_values ? look(postings, constraint->key, constraint->values[i])
					: NULL;
}

static void append(number_list *to, const number_list *from)
{
	for (uint32_t i = 0; to && i < from->n; i++)
		ward_vec_push(to, from->items[i]);
}

/* How many pod shapes the constraint leaves, and, if @ret is given, which. */
static uint64_t pods_find(const struct index *index, const struct ward_constraint *constraint,
			  number_list *ret)
{
	const number_list *list;
	uint64_t n = 0;

	for (uint32_t i = 0; (list = constraint_list(&index->pods, constraint, i)); i++) {
		append(ret, list);
		n += list->n;
	}
	return n;
}

/* The same for a constraint on their namespaces. */
static uint64_t namespaces_find(const struct index *index, const struct ward_constraint *constraint,
				number_list *ret)
{
	const number_list *list;
	uint64_t n = 0;

	for (uint32_t i = 0; (list = constraint_list(&index->namespaces, constraint, i)); i++)
		for (uint32_t k = 0; k < list->n; k++) {
			const number_list *shapes = index_of_namespace(index, list->items[k]);

			append(ret, shapes);
			n += shapes->n;
		}
	return n;
}

static uint64_t constraint_find(const struct index *index, const struct scope_form *scope,
				uint32_t i, number_list *ret)
{
	return i < scope->n_namespace ? namespaces_find(index, &scope->constraints[i], ret)
				      : pods_find(index, &scope->constraints[i], ret);
}

bool index_candidates(struct index *index, const struct inventory *inventory,
		      const struct scope_form *scope, number_list *ret_pod_shapes)
{
	uint32_t best = WARD_NONE;
	uint64_t fewest = UINT64_MAX;

	namespaces_read(index, inventory);
	for (uint32_t i = 0; i < scope->n_namespace + scope->n_pod; i++) {
		uint64_t n;

		if (!ward_constraint_demands(&scope->constraints[i]))
			continue;
		n = constraint_find(index, scope, i, NULL);
		if (n < fewest) {
			fewest = n;
			best = i;
		}
	}
	if (best == WARD_NONE)
		return false;
	constraint_find(index, scope, best, ret_pod_shapes);
	return true;
}

void index_done(struct index *index)
{
	postings_done(&index->namespaces);
	postings_done(&index->pods);
	postings_done(&index->ports);
	for (uint32_t i = 0; i < index->of_namespace.n; i++)
		ward_vec_done(&index->of_namespace.items[i]);
	ward_vec_done(&index->of_namespace);
	ward_vec_done(&index->stale);
	ward_bits_done(&index->is_stale);
}
