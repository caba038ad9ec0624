/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of an exposure: found peer by peer of each rule, then sifted.
 *
 * Each peer of a rule that accepts is searched where it applies.  What is accepted there is a row
 * at once, because other rules that accept do not change that; only what may come before it, and
 * deny, cuts it.  So rows speak as the rules do. */
#include <string.h>

#include "analysis/exposure-build.h"

bool ward_exposer_case(const struct ward_exposer *exposer, uint32_t n,
		       struct ward_space_case *ret_case)
{
	static const struct {
		enum ward_space_end_kind kind;
		bool same_namespace;
		enum ward_family family;
	} cases[] = {
		{WARD_SPACE_NEW, false, WARD_FAMILY_4},
		{WARD_SPACE_NEW, true, WARD_FAMILY_4},
		{WARD_SPACE_OUTSIDE, false, WARD_FAMILY_4},
		{WARD_SPACE_OUTSIDE, false, WARD_FAMILY_6},
		{WARD_SPACE_NODE, false, WARD_FAMILY_4},
	};
	uint32_t n_cases = WARD_ARRAY_SIZE(cases) - (exposer->space.has_nodes ? 0 : 1);

	if (n >= n_cases)
		return false;
	*ret_case = (struct ward_space_case){
		.same_namespace = cases[n].same_namespace,
		.family = cases[n].family,
		.names = exposer->direction == WARD_INGRESS ? exposer->names : NULL,
	};
	ret_case->kind[exposer->subject] = WARD_SPACE_NEW;
	ret_case->kind[exposer->other] = cases[n].kind;
	return true;
}

/* An address of the workload that is of the family, or that it has none. */
static void keep_family(const struct ward_exposer *exposer, enum ward_family family,
			uint64_t *addresses)
{
	const struct ward_space *space = &exposer->space;
	uint32_t n = space->pieces.n;

	for (uint32_t i = 0; i < n; i++)
		if (space->pieces.items[i].family != family)
			addresses[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

bool ward_exposer_begin(struct ward_exposer *exposer, const struct ward_space_case *at)
{
	const struct ward_space *space = &exposer->space;

	ward_region_fill(space, at, exposer->words);
	for (uint32_t v = 0; v < space->vars.n; v++) {
		const struct ward_var *var = &space->vars.items[v];
		uint64_t *own = ward_region_at(space, at, exposer->words, exposer->subject, v);
		uint64_t *other = ward_region_at(space, at, exposer->words, exposer->other, v);

		if (var->kind == WARD_VAR_SERVICE || var->kind == WARD_VAR_NAME)
			continue;
		memcpy(own, exposer->own + var->offset[WARD_TO],
		       ward_var_words(var) * sizeof(*own));
		if (var->kind != WARD_VAR_ADDRESS)
			continue;
		if (at->kind[exposer->other] != WARD_SPACE_OUTSIDE) {
			memset(other, 0, ward_var_words(var) * sizeof(*other));
			other[space->pieces.n / 64] |= UINT64_C(1) << (space->pieces.n % 64);
		} else {
			keep_family(exposer, at->family, own);
		}
	}
	memcpy(ward_region_at(space, at, exposer->words, WARD_FROM, space->service), exposer->only,
	       ward_var_words(&space->vars.items[space->service]) * sizeof(uint64_t));
	return ward_values_first(ward_region_at(space, at, exposer->words, exposer->subject,
						space->address),
				 space->vars.items[space->address].n_values) != WARD_NONE;
}

/* ---- finding ---- */

static struct ward_exposed_row row_make(struct ward_exposer *exposer,
					const struct ward_space_case *at)
{
	const struct ward_space *space = &exposer->space;
	const struct ward_var *service = &space->vars.items[space->service];
	struct ward_exposed_row row = {
		.kind = at->kind[exposer->other],
		.peer = ward_arena_new_n(&exposer->scratch, uint64_t, space->n_words),
		.services = ward_arena_copy(&exposer->scratch,
					    exposer->words + service->offset[WARD_FROM],
					    ward_var_words(service) * sizeof(uint64_t)),
	};

	for (uint32_t v = 0; v < space->vars.n; v++) {
		const struct ward_var *var = &space->vars.items[v];

		if (var->kind != WARD_VAR_SERVICE)
			memcpy(row.peer + var->offset[WARD_TO],
			       ward_region_at(space, at, exposer->words, exposer->other, v),
			       ward_var_words(var) * sizeof(uint64_t));
	}
	return row;
}

static struct ward_space_judge judge_of(const struct ward_exposer *exposer,
					const struct ward_space_case *at)
{
	struct ward_space_judge judge = {&exposer->space, at, exposer->words, 0, {}};

	judge.only[exposer->direction] = &exposer->units;
	return judge;
}

/* Where @unit applies; without one, what no rule decides. */
static void region_find(struct ward_exposer *exposer, const struct ward_space_case *at,
			const struct ward_unit *unit)
{
	struct ward_space_judge judge = judge_of(exposer, at);
	enum ward_truth holds = WARD_YES;
	const struct ward_unit *by = NULL;
	struct ward_cut cut;
	bool applies = true;

	if (unit) {
		holds = ward_unit_applies(&judge, 0, unit, exposer->direction, &cut);
		applies = holds == WARD_YES;
	}
	if (applies)
		holds = ward_space_side(&judge, 0, exposer->direction, &by, &cut);
	exposer->n_terms += judge.n_terms;
	if (holds == WARD_MAYBE)
		ward_regions_cut(&exposer->regions, &exposer->space, at, exposer->words, &cut,
				 !applies);
	else if (holds == WARD_YES && (unit || !by || by->rule->action == WARD_PASS) &&
		 ward_region_is_possible(&exposer->space, at, exposer->words))
		ward_vec_push(&exposer->rows, row_make(exposer, at));
}

static void unit_find(struct ward_exposer *exposer, const struct ward_unit *unit)
{
	struct ward_space_case at;

	for (uint32_t n = 0; ward_exposer_case(exposer, n, &at); n++) {
		if (!ward_exposer_begin(exposer, &at))
			continue;
		ward_regions_push(&exposer->regions, &exposer->space, exposer->words);
		while (!ward_exposer_gives_up(exposer) &&
		       ward_regions_pop(&exposer->regions, &exposer->space, exposer->words))
			region_find(exposer, &at, unit);
		ward_vec_clear(&exposer->regions.words);
	}
}

/* Who the workload is is known, so whether a policy is about it is too. */
static void units_find(struct ward_exposer *exposer)
{
	const struct ward_units *all = &exposer->space.versions[0].units[exposer->direction];
	struct ward_space_case at;
	struct ward_space_judge judge;
	struct ward_cut cut;

	ward_vec_clear(&exposer->units);
	ward_exposer_case(exposer, 0, &at);
	ward_exposer_begin(exposer, &at);
	judge = judge_of(exposer, &at);
	for (uint32_t i = 0; i < all->n; i++)
		if (ward_unit_selects(&judge, &all->items[i], exposer->subject, &cut) == WARD_YES)
			ward_vec_push(&exposer->units, all->items[i]);
}

/* Each port name for itself, and the numbers. */
static void ports_find(struct ward_exposer *exposer, const struct ward_unit *unit)
{
	struct ward_unit part = *unit;

	part.n_names = 0;
	if (part.services.n)
		unit_find(exposer, &part);
	part.n_names = 1;
	part.services = (struct ward_mask){};
	for (uint32_t i = 0; i < unit->n_names; i++) {
		part.names = &unit->names[i];
		unit_find(exposer, &part);
	}
}

/* Each peer for itself. */
static void peers_find(struct ward_exposer *exposer, const struct ward_unit *unit)
{
	struct ward_unit part = *unit;

	if (unit->rule->any_peer)
		ports_find(exposer, unit);
	part.n_peers = 1;
	for (uint32_t i = 0; i < unit->n_peers; i++) {
		part.peers = &unit->peers[i];
		ports_find(exposer, &part);
	}
}

void ward_exposer_find(struct ward_exposer *exposer)
{
	units_find(exposer);
	for (uint32_t i = 0; i < exposer->units.n; i++) {
		const struct ward_unit *unit = &exposer->units.items[i];

		if (unit->rule && unit->rule->action == WARD_ACCEPT)
			peers_find(exposer, unit);
	}
	unit_find(exposer, NULL);
}

/* ---- sifting ---- */

static bool bits_within(const uint64_t *a, const uint64_t *b, uint32_t n_words)
{
	for (uint32_t i = 0; i < n_words; i++)
		if (a[i] & ~b[i])
			return false;
	return true;
}

static bool bits_any(const uint64_t *bits, uint32_t n_words)
{
	for (uint32_t i = 0; i < n_words; i++)
		if (bits[i])
			return true;
	return false;
}

static uint32_t service_words(const struct ward_exposer *exposer)
{
	return ward_var_words(&exposer->space.vars.items[exposer->space.service]);
}

/* Takes from each row what a wider one has; of two equal ones the first keeps it. */
static void rows_cover(struct ward_exposer *exposer)
{
	uint32_t n_words = exposer->space.n_words, n_services = service_words(exposer), n = 0;
	struct ward_exposed_row *rows = exposer->rows.items;

	for (uint32_t i = 0; i < exposer->rows.n; i++)
		for (uint32_t k = 0; k < exposer->rows.n; k++) {
			if (k == i || rows[k].kind != rows[i].kind ||
			    !bits_within(rows[i].peer, rows[k].peer, n_words) ||
			    (k > i && bits_within(rows[k].peer, rows[i].peer, n_words)))
				continue;
			for (uint32_t w = 0; w < n_services; w++)
				rows[i].services[w] &= ~rows[k].services[w];
		}
	for (uint32_t i = 0; i < exposer->rows.n; i++)
		if (bits_any(rows[i].services, n_services))
			rows[n++] = rows[i];
	exposer->rows.n = n;
}

/* The one variable in which the peers differ; WARD_NONE: several. */
static uint32_t only_difference(const struct ward_exposer *exposer,
				const struct ward_exposed_row *a, const struct ward_exposed_row *b)
{
	uint32_t found = WARD_NONE;

	for (uint32_t v = 0; v < exposer->space.vars.n; v++) {
		const struct ward_var *var = &exposer->space.vars.items[v];
		uint32_t at = var->offset[WARD_TO];

		if (memcmp(a->peer + at, b->peer + at, ward_var_words(var) * sizeof(uint64_t)) == 0)
			continue;
		if (found != WARD_NONE)
			return WARD_NONE;
		found = v;
	}
	return found;
}

/* Two that are accepted on the same and differ in one variable are one. */
static bool rows_join(struct ward_exposer *exposer)
{
	struct ward_exposed_row *rows = exposer->rows.items;
	size_t size = service_words(exposer) * sizeof(uint64_t);

	for (uint32_t i = 0; i < exposer->rows.n; i++)
		for (uint32_t k = i + 1; k < exposer->rows.n; k++) {
			if (rows[k].kind != rows[i].kind ||
			    memcmp(rows[i].services, rows[k].services, size) != 0 ||
			    only_difference(exposer, &rows[i], &rows[k]) == WARD_NONE)
				continue;
			for (uint32_t w = 0; w < exposer->space.n_words; w++)
				rows[i].peer[w] |= rows[k].peer[w];
			rows[k] = rows[--exposer->rows.n];
			return true;
		}
	return false;
}

/* Equal ones first, so that what remains of each is known when others are compared with it. */
static void rows_merge(struct ward_exposer *exposer)
{
	struct ward_exposed_row *rows = exposer->rows.items;
	uint32_t n_words = exposer->space.n_words, n = 0;

	for (uint32_t i = 0; i < exposer->rows.n; i++) {
		uint32_t k = 0;

		while (k < n && (rows[k].kind != rows[i].kind ||
				 memcmp(rows[k].peer, rows[i].peer, n_words * sizeof(uint64_t))))
			k++;
		for (uint32_t w = 0; k < n && w < service_words(exposer); w++)
			rows[k].services[w] |= rows[i].services[w];
		if (k == n)
			rows[n++] = rows[i];
	}
	exposer->rows.n = n;
}

/* A namespace that is there needs no labels. */
static void witness_settle(const struct ward_exposer *exposer, struct ward_witness_end *end)
{
	for (uint32_t i = 0; ward_space_is_pod(end->kind) && i < exposer->given.n; i++) {
		ward_sym name = exposer->given.items[i]->object.name;

		if (strcmp(ward_symbol_str(exposer->snapshot->symbols, name), end->ns) != 0)
			continue;
		end->kind = WARD_SPACE_GIVEN;
		end->n_namespace_labels = 0;
	}
}

/* Takes the services on which some of the row gets through at both ends out of @pending, which are
 * what is left in exposer->words; and has one of them as the witness. */
static void region_confirm(struct ward_exposer *exposer, const struct ward_space_case *at,
			   struct ward_exposed_row *row, uint64_t *confirmed)
{
	const struct ward_space *space = &exposer->space;
	uint32_t service = space->vars.items[space->service].offset[WARD_FROM];
	struct ward_space_judge judge = judge_of(exposer, at);
	enum ward_truth holds = WARD_YES;
	const struct ward_unit *by;
	struct ward_cut cut;
	bool first = !bits_any(confirmed, service_words(exposer)), fresh = false;

	for (uint32_t w = 0; w < service_words(exposer); w++) {
		exposer->words[service + w] &= ~confirmed[w];
		fresh |= exposer->words[service + w] != 0;
	}
	for (int side = 0; side < WARD_N_DIRECTION && fresh && holds == WARD_YES; side++)
		holds = ward_space_side(&judge, 0, side, &by, &cut);
	exposer->n_terms += judge.n_terms;
	if (holds == WARD_MAYBE)
		ward_regions_cut(&exposer->regions, space, at, exposer->words, &cut, false);
	if (!fresh || holds != WARD_YES || !ward_region_is_possible(space, at, exposer->words))
		return;
	for (uint32_t w = 0; w < service_words(exposer); w++)
		confirmed[w] |= exposer->words[service + w];
	if (!first)
		return;
	ward_region_choose(space, at, exposer->words);
	ward_witness_make(exposer->arena, space, at, exposer->words, &row->witness);
	for (int end = 0; end < WARD_N_END_AT; end++)
		witness_settle(exposer, &row->witness.end[end]);
}

/* The part of the case that the row speaks of; false: none. */
static bool row_begin(struct ward_exposer *exposer, const struct ward_space_case *at,
		      const struct ward_exposed_row *row)
{
	const struct ward_space *space = &exposer->space;

	if (!ward_exposer_begin(exposer, at))
		return false;
	for (uint32_t v = 0; v < space->vars.n; v++) {
		const struct ward_var *var = &space->vars.items[v];
		uint64_t *values = ward_region_at(space, at, exposer->words, exposer->other, v);
		const uint64_t *wanted = var->kind == WARD_VAR_SERVICE
						 ? row->services
						 : row->peer + var->offset[WARD_TO];

		for (uint32_t w = 0; w < ward_var_words(var); w++)
			values[w] &= wanted[w];
	}
	return true;
}

/* Leaves the other end one of the namespaces that are there, with its labels; or with NULL all
 * others. */
static void keep_namespace(struct ward_exposer *exposer, const struct ward_space_case *at,
			   const struct ward_namespace *ns)
{
	const struct ward_space *space = &exposer->space;

	for (uint32_t v = 0; v < space->vars.n; v++) {
		const struct ward_var *var = &space->vars.items[v];
		uint64_t *values = ward_region_at(space, at, exposer->words, exposer->other, v);
		struct ward_span span;

		if (var->kind != WARD_VAR_NAMESPACE)
			continue;
		for (uint32_t i = 0; !ns && v == space->name && i < exposer->given.n; i++) {
			span.low = span.high =
				ward_exposer_value(exposer, v, exposer->given.items[i]->labels);
			ward_region_keep(values, var->n_values, &(struct ward_mask){1, &span},
					 false);
		}
		if (!ns)
			continue;
		span.low = span.high = ward_exposer_value(exposer, v, ns->labels);
		ward_region_keep(values, var->n_values, &(struct ward_mask){1, &span}, true);
	}
}

static bool region_is_empty(const struct ward_exposer *exposer, const struct ward_space_case *at)
{
	const struct ward_space *space = &exposer->space;

	for (uint32_t v = 0; v < space->vars.n; v++) {
		const struct ward_var *var = &space->vars.items[v];

		if (var->n_values &&
		    !bits_any(ward_region_at(space, at, exposer->words, exposer->other, v),
			      ward_var_words(var)))
			return true;
	}
	return false;
}

static void case_confirm(struct ward_exposer *exposer, const struct ward_space_case *at,
			 const struct ward_namespace *ns, struct ward_exposed_row *row,
			 uint64_t *confirmed)
{
	if (!row_begin(exposer, at, row))
		return;
	if (row->kind == WARD_SPACE_NEW)
		keep_namespace(exposer, at, ns);
	if (region_is_empty(exposer, at))
		return;
	ward_regions_push(&exposer->regions, &exposer->space, exposer->words);
	while (!ward_exposer_gives_up(exposer) &&
	       ward_regions_pop(&exposer->regions, &exposer->space, exposer->words))
		region_confirm(exposer, at, row, confirmed);
	ward_vec_clear(&exposer->regions.words);
}

static void row_confirm(struct ward_exposer *exposer, struct ward_exposed_row *row)
{
	uint32_t n_words = service_words(exposer);
	uint64_t *confirmed = ward_arena_new_n(&exposer->scratch, uint64_t, n_words);
	struct ward_space_case at;

	for (uint32_t n = 0; ward_exposer_case(exposer, n, &at); n++) {
		if (at.kind[exposer->other] != row->kind)
			continue;
		case_confirm(exposer, &at, NULL, row, confirmed);
		for (uint32_t i = 0; row->kind == WARD_SPACE_NEW && i < exposer->given.n &&
				     !bits_within(row->services, confirmed, n_words);
		     i++)
			case_confirm(exposer, &at, exposer->given.items[i], row, confirmed);
	}
	row->services = confirmed;
}

/* Namespaces that are there and have not the labels that the row wants are none of its own. */
static void row_settle(struct ward_exposer *exposer, struct ward_exposed_row *row)
{
	const struct ward_space *space = &exposer->space;
	const struct ward_var *name = &space->vars.items[space->name];
	uint64_t *names = row->peer + name->offset[WARD_TO];

	if (row->kind != WARD_SPACE_NEW || ward_values_any(names, name->named.n, name->named.n))
		return;
	for (uint32_t i = 0; i < exposer->given.n; i++) {
		struct ward_labels labels = exposer->given.items[i]->labels;
		uint32_t own = ward_exposer_value(exposer, space->name, labels);
		bool fits = true;

		for (uint32_t v = 0; v < space->vars.n; v++) {
			const struct ward_var *var = &space->vars.items[v];
			uint32_t value = ward_exposer_value(exposer, v, labels);

			fits = fits &&
			       (var->kind != WARD_VAR_NAMESPACE ||
				ward_values_any(row->peer + var->offset[WARD_TO], value, value));
		}
		if (!fits)
			names[own / 64] &= ~(UINT64_C(1) << (own % 64));
	}
}

void ward_exposer_sift(struct ward_exposer *exposer)
{
	uint32_t n = 0;

	rows_merge(exposer);
	do
		rows_cover(exposer);
	while (rows_join(exposer));
	for (uint32_t i = 0; i < exposer->rows.n; i++) {
		struct ward_exposed_row *row = &exposer->rows.items[i];

		row_settle(exposer, row);
		row_confirm(exposer, row);
		if (bits_any(row->services, service_words(exposer)))
			exposer->rows.items[n++] = *row;
	}
	exposer->rows.n = n;
}
