/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/witness.h"

#include <string.h>

struct maker {
	struct ward_arena *arena;
	const struct ward_space *space;
	const struct ward_space_case *at;
	uint64_t *words;
};

static uint32_t value_of(const struct maker *maker, enum ward_end_at end, uint32_t var)
{
	return ward_values_first(ward_region_at(maker->space, maker->at, maker->words, end, var),
				 maker->space->vars.items[var].n_values);
}

static const char *copy(const struct maker *maker, ward_sym sym)
{
	const char *text = ward_symbol_str(&maker->space->symbols, sym);

	return ward_arena_strndup(maker->arena, text, strlen(text));
}

/* "other", or with a number if somebody means that. */
static const char *other_value(const struct maker *maker, const struct ward_var *var, uint32_t skip)
{
	for (uint32_t n = 1;; n++) {
		const char *text =
			n == 1 ? "other" : ward_arena_format(maker->arena, "other-%u", n);
		ward_sym sym = ward_symbol_find(&maker->space->symbols, text);

		if (sym != WARD_NONE &&
		    ward_intern_find(&var->named, &sym, sizeof(sym)) != WARD_NONE)
			continue;
		if (!skip--)
			return text;
	}
}

/* Two namespaces that nobody mentions have two names. */
static uint32_t other_number(const struct maker *maker, enum ward_end_at end, uint32_t var,
			     uint32_t value)
{
	if (var == maker->space->name && end == WARD_TO && !maker->at->same_namespace)
		return 1;
	return value - maker->space->vars.items[var].named.n;
}

static const char *value_text(const struct maker *maker, enum ward_end_at end, uint32_t v)
{
	const struct ward_var *var = &maker->space->vars.items[v];
	uint32_t value = value_of(maker, end, v);

	if (value == ward_var_absent(var))
		return NULL;
	if (value < var->named.n)
		return copy(maker, *(const ward_sym *)ward_intern_bytes(&var->named, value, NULL));
	return other_value(maker, var, other_number(maker, end, v, value));
}

static uint32_t labels_make(const struct maker *maker, enum ward_end_at end,
			    enum ward_var_kind kind, const struct ward_witness_label **ret_labels)
{
	const struct ward_space *space = maker->space;
	struct ward_witness_label *labels =
		ward_arena_new_n(maker->arena, struct ward_witness_label, space->vars.n);
	uint32_t n = 0;

	for (uint32_t v = 0; v < space->vars.n; v++) {
		const char *value;

		if (space->vars.items[v].kind != kind || v == space->name)
			continue;
		value = value_text(maker, end, v);
		if (value)
			labels[n++] =
				(struct ward_witness_label){copy(maker, space->vars.items[v].key),
							    value};
	}
	*ret_labels = labels;
	return n;
}

/* One that a person would write, and for each end another if there are two. */
static struct ward_ip piece_ip(const struct ward_space *space, uint32_t piece, enum ward_end_at end)
{
	static const struct ward_ip usual[] = {
		{.lo = 0xcb007101, .family = WARD_FAMILY_4}, /* 203.0.113.1 */
		{.lo = 0x0a000001, .family = WARD_FAMILY_4}, /* 10.0.0.1 */
		{.hi = UINT64_C(0x20010db8) << 32, .lo = 1, .family = WARD_FAMILY_6},
	};
	bool last = piece + 1 == space->pieces.n;
	struct ward_ip ip = space->pieces.items[piece];

	for (uint32_t i = WARD_ARRAY_SIZE(usual); i-- > 0;)
		if (ward_ip_cmp(usual[i], ip) > 0 &&
		    (last || ward_ip_cmp(usual[i], space->pieces.items[piece + 1]) < 0))
			ip = usual[i];
	if (end == WARD_TO && !ward_ip_is_max(ip) &&
	    (last || !ward_ip_eq(ward_ip_next(ip), space->pieces.items[piece + 1])))
		ip = ward_ip_next(ip);
	return ip;
}

static void end_make(const struct maker *maker, enum ward_end_at at, struct ward_witness_end *end)
{
	const struct ward_space *space = maker->space;
	uint32_t piece = value_of(maker, at, space->address);

	end->kind = maker->at->kind[at];
	if (end->kind == WARD_SPACE_GIVEN) {
		uint32_t given = value_of(maker, at, space->given);

		end->ns = copy(maker, space->namespaces.items[given].name);
	} else if (end->kind == WARD_SPACE_NEW) {
		end->ns = value_text(maker, at, space->name);
		end->n_namespace_labels =
			labels_make(maker, at, WARD_VAR_NAMESPACE, &end->namespace_labels);
	}
	if (ward_space_is_pod(end->kind) || end->kind == WARD_SPACE_NODE)
		end->n_labels =
			labels_make(maker, at,
				    end->kind == WARD_SPACE_NODE ? WARD_VAR_NODE : WARD_VAR_POD,
				    &end->labels);
	end->has_ip =
		piece < space->pieces.n && (space->has_blocks || end->kind == WARD_SPACE_OUTSIDE);
	if (end->has_ip)
		end->ip = piece_ip(space, piece, at);
}

/* One that a person would write. */
static uint16_t usual_port(const struct ward_service_piece *service)
{
	return service->low <= 8080 && service->high >= 8080 ? 8080 : service->low;
}

void ward_witness_make(struct ward_arena *arena, const struct ward_space *space,
		       const struct ward_space_case *at, uint64_t *words,
		       struct ward_witness *ret_witness)
{
	const struct maker maker = {arena, space, at, words};
	const struct ward_service_piece *service =
		&space->services.items[value_of(&maker, WARD_FROM, space->service)];
	const char **names = ward_arena_new_n(arena, const char *, space->vars.n);

	*ret_witness = (struct ward_witness){
		.proto = service->proto,
		.port = usual_port(service),
		.names = names,
	};
	for (int end = 0; end < WARD_N_END_AT; end++)
		end_make(&maker, end, &ret_witness->end[end]);
	for (uint32_t v = 0; v < space->vars.n && service->proto != WARD_OTHER; v++)
		if (space->vars.items[v].kind == WARD_VAR_NAME && !at->names &&
		    value_of(&maker, WARD_FROM, v) == 1)
			names[ret_witness->n_names++] = copy(&maker, space->vars.items[v].key);
}
