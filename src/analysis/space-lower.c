/* SPDX-License-Identifier: Apache-2.0 */
/* The second pass: policies as units, selectors as masks. */
#include <string.h>

#include "analysis/mask.h"
#include "analysis/space-build.h"

struct lowering {
	struct ward_space *space;
	const struct ward_symbols *symbols;
	uint32_t version;
	bool moving; /* the environment of some namespace is another in each version */
};

/* The operator table of A4.4. */
static struct ward_mask requirement_mask(const struct lowering *in, uint32_t var,
					 const struct ward_requirement *item)
{
	const struct ward_var *of = &in->space->vars.items[var];
	bool negative = item->op == WARD_OP_NOT_IN || item->op == WARD_OP_EXISTS;
	struct ward_mask_draft draft = {};
	struct ward_mask mask;

	for (uint32_t i = 0; i < item->n_values; i++) {
		uint32_t value = ward_space_value(in->space, var, in->symbols, item->values[i]);

		ward_mask_add(&draft, value, value);
	}
	if (item->op == WARD_OP_EXISTS || item->op == WARD_OP_NOT_EXISTS)
		ward_mask_add(&draft, ward_var_absent(of), ward_var_absent(of));
	mask = ward_mask_make(&in->space->arena, &draft);
	return negative ? ward_mask_complement(&in->space->arena, &mask, of->n_values) : mask;
}

static void terms_add(const struct lowering *in, enum ward_var_kind kind,
		      const struct ward_selector *selector, struct ward_terms *terms)
{
	struct ward_term *items = (struct ward_term *)terms->items;

	for (uint32_t i = 0; i < selector->n; i++) {
		const struct ward_requirement *item = &selector->items[i];
		uint32_t var = ward_space_var(in->space, kind,
					      ward_space_sym(in->space, in->symbols, item->key));

		items[terms->n++] = (struct ward_term){var, requirement_mask(in, var, item)};
	}
}

static bool given_matches(const struct lowering *in, const struct ward_terms *terms,
			  struct ward_labels labels)
{
	for (uint32_t i = 0; i < terms->n_namespace; i++) {
		const struct ward_term *term = &terms->items[i];
		ward_sym key = in->space->vars.items[term->var].key, value = WARD_NONE;
		bool holds = false;

		for (uint32_t k = 0; k < labels.n; k++)
			if (labels.items[k].key == key)
				value = labels.items[k].value;
		value = ward_space_value(in->space, term->var, &in->space->symbols, value);
		for (uint32_t s = 0; s < term->mask.n; s++)
			holds |= value >= term->mask.spans[s].low &&
				 value <= term->mask.spans[s].high;
		if (!holds)
			return false;
	}
	return true;
}

/* Few names are asked for: no other namespace need be looked at. */
static const struct ward_mask *names_asked(const struct lowering *in,
					   const struct ward_terms *terms)
{
	uint32_t n_named = in->space->vars.items[in->space->name].named.n;

	for (uint32_t i = 0; i < terms->n_namespace; i++) {
		const struct ward_mask *mask = &terms->items[i].mask;

		if (terms->items[i].var == in->space->name && mask->n &&
		    mask->spans[mask->n - 1].high < n_named)
			return mask;
	}
	return NULL;
}

static void given_add(const struct lowering *in, const struct ward_terms *terms, uint32_t given,
		      struct ward_mask_draft *draft)
{
	const struct ward_space_namespace *ns = &in->space->namespaces.items[given];

	if (given_matches(in, terms, ns->labels[in->version]))
		ward_mask_add(draft, given, given);
}

static struct ward_mask given_mask(const struct lowering *in, const struct ward_terms *terms)
{
	const struct ward_mask *names = names_asked(in, terms);
	struct ward_mask_draft draft = {};

	for (uint32_t i = 0; !names && i < in->space->namespaces.n; i++)
		given_add(in, terms, i, &draft);
	for (uint32_t s = 0; names && s < names->n; s++)
		for (uint32_t v = names->spans[s].low; v <= names->spans[s].high; v++)
			if (in->space->namespace_of[v] != WARD_NONE)
				given_add(in, terms, in->space->namespace_of[v], &draft);
	return ward_mask_make(&in->space->arena, &draft);
}

static struct ward_terms scope_terms(const struct lowering *in, const struct ward_scope *scope)
{
	struct ward_space *space = in->space;
	struct ward_terms terms = {
		.items = ward_arena_new_n(&space->arena, struct ward_term,
					  scope->namespaces.n + scope->pods.n),
	};

	terms_add(in, WARD_VAR_NAMESPACE, &scope->namespaces, &terms);
	terms.n_namespace = terms.n;
	terms_add(in, WARD_VAR_POD, &scope->pods, &terms);
	terms.given = given_mask(in, &terms);
	return terms;
}

static struct ward_terms node_terms(const struct lowering *in, const struct ward_selector *nodes)
{
	struct ward_terms terms = {
		.items = ward_arena_new_n(&in->space->arena, struct ward_term, nodes->n),
	};

	terms_add(in, WARD_VAR_NODE, nodes, &terms);
	return terms;
}

/* The last piece that begins at @ip or before. */
static uint32_t piece_of(const struct ward_space *space, struct ward_ip ip)
{
	uint32_t low = 0, high = space->pieces.n;

	while (low + 1 < high) {
		uint32_t middle = low + (high - low) / 2;

		if (ward_ip_cmp(space->pieces.items[middle], ip) <= 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct ward_span ward_space_pieces(const struct ward_space *space, struct ward_ip_range range)
{
	return (struct ward_span){piece_of(space, range.first), piece_of(space, range.last)};
}

static struct ward_mask cidrs_mask(const struct lowering *in, const struct ward_cidr *cidrs,
				   uint32_t n)
{
	struct ward_mask_draft draft = {};

	for (uint32_t i = 0; i < n; i++)
		ward_vec_push(&draft.spans,
			      ward_space_pieces(in->space, ward_cidr_range(cidrs[i])));
	return ward_mask_make(&in->space->arena, &draft);
}

static struct ward_space_peer peer_lower(const struct lowering *in, const struct ward_peer *from)
{
	struct ward_space_peer peer = {
		.kind = from->kind,
		.same_environment = from->same_environment,
	};

	if (from->kind == WARD_PEER_SCOPE) {
		peer.scope = scope_terms(in, &from->scope);
	} else if (from->kind == WARD_PEER_NODES) {
		peer.scope = node_terms(in, &from->nodes);
	} else {
		struct ward_mask cidrs = cidrs_mask(in, from->cidrs, from->n_cidrs);
		struct ward_mask excepts = cidrs_mask(in, from->excepts, from->n_excepts);

		peer.blocks = ward_mask_minus(&in->space->arena, &cidrs, &excepts);
	}
	return peer;
}

struct ward_span ward_space_services(const struct ward_space *space, enum ward_proto proto,
				     uint16_t low, uint16_t high)
{
	struct ward_span span = {WARD_NONE, 0};

	for (uint32_t i = 0; i < space->services.n; i++) {
		const struct ward_service_piece *piece = &space->services.items[i];

		if (piece->proto != proto || piece->low < low || piece->high > high)
			continue;
		if (span.low == WARD_NONE)
			span.low = i;
		span.high = i;
	}
	return span;
}

/* WARD_N_PROTO: whatever protocol the port has (B5.3). */
static struct ward_mask protocol_mask(const struct lowering *in, enum ward_proto proto)
{
	struct ward_mask_draft draft = {};

	for (enum ward_proto p = WARD_TCP; p < WARD_OTHER; p++)
		if (proto == p || proto == WARD_N_PROTO)
			ward_vec_push(&draft.spans,
				      ward_space_services(in->space, p, 1, UINT16_MAX));
	return ward_mask_make(&in->space->arena, &draft);
}

static void ports_lower(const struct lowering *in, const struct ward_rule *rule,
			struct ward_unit *unit)
{
	struct ward_space *space = in->space;
	struct ward_space_name *names =
		ward_arena_new_n(&space->arena, struct ward_space_name, rule->n_ports);
	struct ward_mask_draft draft = {};

	if (rule->any_port)
		ward_mask_add(&draft, 0, space->services.n - 1);
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct ward_port *port = &rule->ports[i];
		ward_sym name = ward_space_sym(space, in->symbols, port->name);

		if (name != WARD_NONE)
			names[unit->n_names++] = (struct ward_space_name){
				.var = ward_space_var(space, WARD_VAR_NAME, name),
				.services = protocol_mask(in, port->proto),
			};
		else if (port->low <= port->high && port->high)
			ward_vec_push(&draft.spans,
				      ward_space_services(space, port->proto,
							  port->low ? port->low : 1, port->high));
	}
	unit->services = ward_mask_make(&space->arena, &draft);
	unit->names = names;
}

/* ---- the content of a unit, to find what both versions have ---- */

struct content {
	WARD_VEC(uint32_t) words;
};

static void content_mask(struct content *content, const struct ward_mask *mask)
{
	ward_vec_push(&content->words, mask->n);
	for (uint32_t i = 0; i < mask->n; i++) {
		ward_vec_push(&content->words, mask->spans[i].low);
		ward_vec_push(&content->words, mask->spans[i].high);
	}
}

static void content_terms(struct content *content, const struct ward_terms *terms)
{
	ward_vec_push(&content->words, terms->n_namespace);
	ward_vec_push(&content->words, terms->n);
	for (uint32_t i = 0; i < terms->n; i++) {
		ward_vec_push(&content->words, terms->items[i].var);
		content_mask(content, &terms->items[i].mask);
	}
	content_mask(content, &terms->given);
}

static void content_peer(const struct lowering *in, struct content *content,
			 const struct ward_space_peer *peer)
{
	ward_vec_push(&content->words, peer->kind);
	ward_vec_push(&content->words,
		      peer->same_environment ? 1 + (in->moving ? in->version : 0) : 0);
	content_terms(content, &peer->scope);
	content_mask(content, &peer->blocks);
}

static uint32_t content_intern(const struct lowering *in, const struct ward_unit *unit)
{
	struct content content = {};
	uint32_t id;

	ward_vec_push(&content.words, unit->policy->tier);
	ward_vec_push(&content.words, unit->rule ? 1 + unit->rule->action : 0);
	ward_vec_push(&content.words, unit->rule && unit->rule->any_peer);
	ward_vec_push(&content.words, unit->n_subjects);
	for (uint32_t i = 0; i < unit->n_subjects; i++)
		content_terms(&content, &unit->subjects[i]);
	ward_vec_push(&content.words, unit->n_peers);
	for (uint32_t i = 0; i < unit->n_peers; i++)
		content_peer(in, &content, &unit->peers[i]);
	content_mask(&content, &unit->services);
	for (uint32_t i = 0; i < unit->n_names; i++) {
		ward_vec_push(&content.words, unit->names[i].var);
		content_mask(&content, &unit->names[i].services);
	}
	id = ward_intern(&in->space->contents, content.words.items,
			 content.words.n * sizeof(*content.words.items));
	ward_vec_done(&content.words);
	return id;
}

/* ---- policies ---- */

static void rule_lower(const struct lowering *in, const struct ward_rule *rule,
		       struct ward_unit *unit)
{
	struct ward_space_peer *peers =
		ward_arena_new_n(&in->space->arena, struct ward_space_peer, rule->n_peers);

	unit->rule = rule;
	unit->peers = peers;
	unit->n_peers = rule->n_peers;
	for (uint32_t i = 0; i < rule->n_peers; i++)
		peers[i] = peer_lower(in, &rule->peers[i]);
	ports_lower(in, rule, unit);
}

static void unit_push(const struct lowering *in, enum ward_direction direction,
		      struct ward_unit unit)
{
	unit.content = content_intern(in, &unit);
	ward_vec_push(&in->space->versions[in->version].units[direction], unit);
}

static void policy_lower(const struct lowering *in, const struct ward_policy *policy)
{
	struct ward_terms *subjects =
		ward_arena_new_n(&in->space->arena, struct ward_terms, policy->n_subjects);
	const struct ward_unit whole = {
		.policy = policy,
		.version = in->version,
		.n_subjects = policy->n_subjects,
		.subjects = subjects,
	};

	for (uint32_t i = 0; i < policy->n_subjects; i++)
		subjects[i] = scope_terms(in, &policy->subjects[i]);
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		if (policy->isolates[direction])
			unit_push(in, direction, whole);
	for (uint32_t r = 0; r < policy->n_rules; r++) {
		struct ward_unit unit = whole;

		rule_lower(in, &policy->rules[r], &unit);
		unit_push(in, policy->rules[r].direction, unit);
	}
}

static ward_sym environment_of(const struct ward_space_namespace *ns, uint32_t version)
{
	for (uint32_t i = 0; i < ns->labels[version].n; i++)
		if (ns->labels[version].items[i].key == WARD_SYM_ENV)
			return ns->labels[version].items[i].value;
	return WARD_NONE;
}

/* Which environment each namespace has, and which namespaces each environment. */
static void environments_lower(struct lowering *in)
{
	struct ward_space *space = in->space;
	struct ward_space_version *version = &space->versions[in->version];
	uint32_t n = space->vars.items[space->environment].n_values;
	_cleanup_(ward_arena_done) struct ward_arena scratch = {};
	struct ward_mask_draft *drafts = ward_arena_new_n(&scratch, struct ward_mask_draft, n);
	struct ward_mask *masks = ward_arena_new_n(&space->arena, struct ward_mask, n);
	struct ward_mask *singles = ward_arena_new_n(&space->arena, struct ward_mask, n);

	version->environment = ward_arena_new_n(&space->arena, uint32_t, space->namespaces.n);
	for (uint32_t i = 0; i < space->namespaces.n; i++) {
		const struct ward_space_namespace *ns = &space->namespaces.items[i];
		uint32_t value = ward_space_value(space, space->environment, &space->symbols,
						  environment_of(ns, in->version));

		in->moving |= environment_of(ns, 0) != environment_of(ns, 1);
		version->environment[i] = value;
		ward_mask_add(&drafts[value], i, i);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct ward_mask_draft single = {};

		masks[i] = ward_mask_make(&space->arena, &drafts[i]);
		ward_mask_add(&single, i, i);
		singles[i] = ward_mask_make(&space->arena, &single);
	}
	version->environments = masks;
	space->single_environment = singles;
}

void ward_space_lower(struct ward_space *space, const struct ward_space_source *source,
		      uint32_t version)
{
	struct lowering in = {space, source->symbols, version, false};

	space->versions[version].symbols = source->symbols;
	if (space->has_environments)
		environments_lower(&in);
	for (uint32_t p = 0; p < source->n_policies; p++)
		policy_lower(&in, source->policies[p]);
}
